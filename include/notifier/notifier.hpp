// notifier: an event comes in as JSON; who is to be told, and exactly what bytes go to each, comes out.
//
//     #include "notifier/notifier.hpp"
//
//     notifier::Registry registry;
//     auto loaded = registry.load(R"({"version":1,"apps":[{"id":"1","name":"shop","notifiers":[
//         {"name":"ops","platform":"slack","send_all_events":true,"type_data":{"webhook_url":"https://hooks.slack.com/services/T/B/x"}}]}]})");
//     notifier::Router router(registry);
//     auto routed = router.route(R"({"type":"restart","app_id":"1"})",
//                                [](const notifier::DeliveryView& d) { post(d.url, d.body); });
//
// No socket is opened and no clock is read; see delivery/ for what to do with the answers, adapters/ for senders and
// stores.

#pragma once

#include "notifier/api/api.hpp"
#include "notifier/buffer.hpp"
#include "notifier/config.hpp"
#include "notifier/delivery/classify.hpp"
#include "notifier/delivery/classify_retry_after.hpp"
#include "notifier/delivery/delivery_json.hpp"
#include "notifier/delivery/retry.hpp"
#include "notifier/delivery/signature.hpp"
#include "notifier/error.hpp"
#include "notifier/json/document.hpp"
#include "notifier/json/writer.hpp"
#include "notifier/message/describe.hpp"
#include "notifier/message/message.hpp"
#include "notifier/model/app.hpp"
#include "notifier/model/delivery.hpp"
#include "notifier/model/event.hpp"
#include "notifier/model/moment.hpp"
#include "notifier/model/notifier.hpp"
#include "notifier/model/platform.hpp"
#include "notifier/model/time.hpp"
#include "notifier/model/user.hpp"
#include "notifier/net/address_guard.hpp"
#include "notifier/net/address_ranges.hpp"
#include "notifier/net/ip_address.hpp"
#include "notifier/net/url.hpp"
#include "notifier/outbox/batches.hpp"
#include "notifier/outbox/clock.hpp"
#include "notifier/outbox/machine.hpp"
#include "notifier/outbox/memory.hpp"
#include "notifier/outbox/options.hpp"
#include "notifier/outbox/outbox.hpp"
#include "notifier/outbox/record_json.hpp"
#include "notifier/outbox/schedule.hpp"
#include "notifier/outbox/schedule_parts.hpp"
#include "notifier/outbox/storage.hpp"
#include "notifier/outbox/target.hpp"
#include "notifier/outbox/transitions.hpp"
#include "notifier/platform/table.hpp"
#include "notifier/registry/change.hpp"
#include "notifier/registry/registry.hpp"
#include "notifier/result.hpp"
#include "notifier/routing/explanation.hpp"
#include "notifier/routing/router.hpp"
#include "notifier/text/base64.hpp"
#include "notifier/version.hpp"
#include "notifier/vocabulary/vocabulary.hpp"
