"""Whole programs that do a comparable job, not the same one: their messages read otherwise, and so the ratios tell an
order of magnitude and no more.

    whole_programs.py NOTIFIER-ROUTE AMTOOL EVENTS.ndjson RESULTS.json

apprise renders Slack payloads in one process; nothing is sent: `requests.post`, which it ends in, answers at once.
amtool is the part of Prometheus' Alertmanager that says where an alert goes; one call is one alert, so that its start and
the reading of its configuration are most of what it does, as they are for us.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRATCH = ROOT / "build/bench/programs"
MESSAGES = 1000
APPS = 1000

APPRISE = """
import json, sys, time
import requests
from apprise import Apprise, NotifyType

class Answer:
    status_code = requests.codes.ok
    content = b"ok"
payloads = []
def post(url, data=None, **options):
    payloads.append(data)
    return Answer()
requests.post = post

slack = Apprise.instantiate("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?footer=yes")
slack.request_rate_per_sec = 0
events = [json.loads(line) for line in open(sys.argv[1])]
begin = time.process_time()
for event in events:
    slack.notify(title=event["app_name"] + ": " + event["type"], body=json.dumps(event["type_data"]), notify_type=NotifyType.INFO)
print(time.process_time() - begin)
assert len(payloads) == len(events) and all("attachments" in payload for payload in payloads)
"""


def medians_of(commands, rounds):
    """Median seconds from start to end of each command, in turn."""
    times = [[] for _ in commands]
    for _ in range(rounds):
        for command, taken in zip(commands, times):
            begin = time.perf_counter()
            with open(command["input"]) as source:
                result = subprocess.run(command["argv"], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
            taken.append(time.perf_counter() - begin)
            assert command["expected"] in result.stdout, command["argv"]
    return [statistics.median(taken) for taken in times]


def configuration(count):
    def app(n):
        url = f"https://hooks.slack.com/services/T{n}/B{n}/secret{n}"
        notifiers = [{"name": f"chat-{n}", "platform": "slack", "send_all_events": True, "type_data": {"webhook_url": url}}]
        return {"id": f"id-{n}", "name": f"app-{n}", "notifiers": notifiers}
    return {"version": 1, "apps": [app(n) for n in range(count)]}


def alertmanager_configuration(count):
    lines = ["route:", "  receiver: nobody", "  routes:"]
    for n in range(count):
        lines += [f"    - matchers: ['app=\"id-{n}\"']", f"      receiver: chat-{n}"]
    lines += ["receivers:", "  - name: nobody", *(f"  - name: chat-{n}" for n in range(count))]
    return "\n".join(lines) + "\n"


def main():
    route, amtool, samples, results = sys.argv[1:]
    SCRATCH.mkdir(parents=True, exist_ok=True)
    (SCRATCH / "config.json").write_text(json.dumps(configuration(APPS)))
    (SCRATCH / "alertmanager.yml").write_text(alertmanager_configuration(APPS))
    events = [event for event in map(json.loads, open(samples)) if "app_id" in event]
    lines = [json.dumps({**events[i % len(events)], "app_id": f"id-{i % APPS}", "app_name": f"app-{i % APPS}"}) for i in range(MESSAGES)]
    (SCRATCH / "events.ndjson").write_text("\n".join(lines) + "\n")
    (SCRATCH / "event.ndjson").write_text(lines[APPS - 1] + "\n")
    argv = [route, str(SCRATCH / "config.json")]

    taken = subprocess.run(["/usr/bin/python3", "-c", APPRISE, SCRATCH / "events.ndjson"], check=True, capture_output=True, text=True)
    apprise = float(taken.stdout) / MESSAGES * 1e6
    many = {"argv": argv, "input": SCRATCH / "events.ndjson", "expected": b"hooks.slack.com"}
    one = {"argv": argv, "input": SCRATCH / "event.ndjson", "expected": f"chat-{APPS - 1}".encode()}
    labels = [amtool, "config", "routes", "test", f"--config.file={SCRATCH / 'alertmanager.yml'}", f"app=id-{APPS - 1}"]
    alert = {"argv": labels, "input": "/dev/null", "expected": f"chat-{APPS - 1}".encode()}
    all_of_it, ours, theirs = medians_of([many, one, alert], 15)
    message = all_of_it / MESSAGES * 1e6
    rows = [
        {"measure": f"a Slack payload, of {MESSAGES} by notifier-route from its start to its end", "unit": "us", "ours": message,
         "peer": apprise, "peer_name": "apprise, without its start", "ratio": apprise / message},
        {"measure": f"one event among {APPS} routes, from the program's start to its end", "unit": "ms", "ours": ours * 1e3,
         "peer": theirs * 1e3, "peer_name": "amtool config routes test", "ratio": theirs / ours},
    ]
    pathlib.Path(results).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
