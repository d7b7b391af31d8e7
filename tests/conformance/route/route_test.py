"""notifier-route: lines of events in, lines of deliveries out.

    route_test.py NOTIFIER_ROUTE EXAMPLES
"""

import json
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import unittest

program = sys.argv[1]
examples = pathlib.Path(sys.argv[2])
configuration = str(examples / "notifiers.json")
sample_events = (examples / "events.ndjson").read_bytes()

HOOK = {"name": "Hook", "platform": "webhook", "send_all_events": True, "type_data": {"webhook_url": "https://h.example/x?key=1"}}
MAIL = {"name": "Mail", "platform": "email", "send_all_events": True, "type_data": {"user_ids": ["us-1"], "emails": ["b@example.org"]}}
SMALL = {
    "apps": [{"name": "shop", "notifiers": [HOOK, MAIL]}],
    "users": [{"id": "us-1", "username": "anna", "email": "a@example.org"}],
}
EVENT = b'{"id":"1","type":"restart","app_name":"shop"}\n'


def run(*arguments, events=b""):
    return subprocess.run([program, *arguments], input=events, capture_output=True, timeout=120)


def lines(output):
    return [json.loads(line) for line in output.splitlines()]


class Route(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.small = self.write(SMALL)

    def write(self, value):
        path = self.folder / "configuration.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    def test_a_line_for_each_delivery(self):
        done = run(configuration, events=sample_events)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        request = ["event_id", "notifier_id", "notifier_name", "platform", "method", "url", "headers", "body", "truncations"]
        mail = ["event_id", "notifier_id", "notifier_name", "platform", "from", "to", "message", "truncations"]
        events = {event["id"]: line for line in sample_events.decode().splitlines() for event in [json.loads(line)]}
        platforms = set()
        for delivery in lines(done.stdout):
            platforms.add(delivery["platform"])
            self.assertEqual(list(delivery), mail if delivery["platform"] == "email" else request)
            self.assertEqual(delivery["truncations"], [])
            if delivery["platform"] == "webhook":
                self.assertEqual(delivery["body"], events[delivery["event_id"]])
                self.assertIn("webhook-id", delivery["headers"])
        self.assertEqual(platforms, {"slack", "rocket_chat", "discord", "microsoft_teams", "email", "webhook"})

    def test_the_same_input_gives_the_same_bytes(self):
        first, second = (run(configuration, events=sample_events).stdout for _ in range(2))
        self.assertEqual(first, second)

    def test_a_configuration_by_hand_needs_no_ids(self):
        hook, mail = lines(run(self.small, events=EVENT).stdout)
        self.assertRegex(hook["notifier_id"], r"^no-[0-9a-f-]{36}$")
        self.assertEqual((hook["method"], hook["url"], hook["body"]), ("POST", "https://h.example/x?key=1", EVENT.decode().strip()))
        self.assertEqual((mail["from"], mail["to"]), ("notifier@localhost", ["a@example.org", "b@example.org"]))

    def test_now_is_the_date_of_mails_whose_events_have_no_time(self):
        for arguments, date in [([], "Thu, 1 Jan 1970 00:00:00 +0000"), (["--now", "2018-05-14T11:46:42+02:00"], "Mon, 14 May 2018 09:46:42 +0000")]:
            mail = lines(run(*arguments, self.small, events=EVENT).stdout)[1]
            self.assertIn(f"\r\nDate: {date}\r\n", mail["message"])
        timed = EVENT.replace(b'"type"', b'"created_at":"2020-02-03T04:05:06Z","type"')
        mail = lines(run("--now", "2018-05-14T09:46:42Z", self.small, events=timed).stdout)[1]
        self.assertIn("\r\nDate: Mon, 3 Feb 2020 04:05:06 +0000\r\n", mail["message"])

    def test_explain_says_why_in_place_of_deliveries(self):
        done = run("--explain", configuration, events=sample_events)
        self.assertEqual(done.returncode, 0)
        explained = lines(done.stdout)
        self.assertEqual([one["event_id"] for one in explained], [json.loads(line)["id"] for line in sample_events.splitlines()])
        told = {delivery["event_id"] + delivery["notifier_id"] for delivery in lines(run(configuration, events=sample_events).stdout)}
        for one in explained:
            self.assertEqual(one["status"], "app")
            self.assertEqual(len(one["notifiers"]), 7)
            for notifier in one["notifiers"]:
                self.assertEqual(notifier["receives"], one["event_id"] + notifier["notifier_id"] in told)
                self.assertTrue(notifier["reason"] and notifier["text"])

    def test_a_bad_line_is_told_with_its_place_and_the_rest_goes_on(self):
        done = run(self.small, events=EVENT + b'{"id":"2",]}\n\n[1]\n{"id":"\xff"}\n' + EVENT.rstrip())
        self.assertEqual(done.returncode, 1)
        self.assertEqual([delivery["event_id"] for delivery in lines(done.stdout)], ["1"] * 4)
        first, second, third = done.stderr.decode().splitlines()
        self.assertRegex(first, r"^notifier-route: line 2, byte 10: .")
        self.assertRegex(second, r"^notifier-route: line 4, byte 0: .")
        self.assertRegex(third, r"^notifier-route: line 5, byte 7: .")

    def test_lines_may_end_as_on_windows_and_be_blank(self):
        done = run(self.small, events=b"\r\n" + EVENT.rstrip() + b"\r\n \t\n" + EVENT)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        bodies = [delivery["body"] for delivery in lines(done.stdout) if delivery["platform"] == "webhook"]
        self.assertEqual(bodies, [EVENT.decode().strip()] * 2)

    def test_a_byte_order_mark_before_either_input_is_skipped(self):
        mark = b"\xef\xbb\xbf"
        plain = run(self.small, events=EVENT * 2)
        path = self.folder / "marked.json"
        path.write_bytes(mark + pathlib.Path(self.small).read_bytes())
        for events in [mark + EVENT * 2, mark + EVENT + EVENT.rstrip(), mark + b"\r\n" + EVENT * 2]:
            done = run(str(path), events=events)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, plain.stdout, b""))
            explained = run("--explain", str(path), events=events)
            self.assertEqual((explained.returncode, len(lines(explained.stdout))), (0, 2))
        self.assertEqual(run(self.small, events=mark).returncode, 0)
        done = run(self.small, events=mark + mark + EVENT + mark + EVENT + EVENT)
        self.assertEqual((done.returncode, len(lines(done.stdout))), (1, 2))
        self.assertRegex(done.stderr.decode(), r"^notifier-route: line 1, byte 0: .+\nnotifier-route: line 2, byte 0: .+\n$")

    def test_a_line_that_is_too_long_is_refused_and_the_next_is_not(self):
        long = b'{"type":"restart","app_name":"shop","type_data":{"x":"' + b"x" * (12 << 20) + b'"}}\n'
        done = run(self.small, events=long + EVENT)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(), r"^notifier-route: line 1: the event is longer than \d+ bytes\n$")
        self.assertEqual(len(lines(done.stdout)), 2)

    def test_who_follows_a_log_sees_what_comes_of_a_line_at_once(self):
        with subprocess.Popen([program, self.small], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(EVENT)
                process.stdin.flush()
                self.assertEqual(json.loads(process.stdout.readline())["notifier_name"], "Hook")
                self.assertEqual(json.loads(process.stdout.readline())["notifier_name"], "Mail")
            process.stdin.close()
            self.assertEqual(process.wait(60), 0)

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([program, self.small], input=EVENT, stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot write", done.stderr)

    def test_faults_of_the_configuration_are_named_by_their_paths(self):
        wrong = {"apps": [{"name": "shop", "notifiers": [{**HOOK, "name": "", "type_data": {"webhook_url": "ftp://SECRET"}}]}], "users": [{}]}
        done = run(self.write(wrong), events=EVENT)
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        for path in [b"apps[0].notifiers[0].name", b"apps[0].notifiers[0].type_data.webhook_url", b"users[0].id"]:
            self.assertIn(path, done.stderr)
        self.assertNotIn(b"SECRET", done.stderr)
        done = run(self.write('{"apps":[}'), events=EVENT)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"byte 9", done.stderr)

    def test_wrong_calls_end_with_2(self):
        for arguments in [[], ["--fly", self.small], [self.small, self.small], ["--now"], ["--now", "soon", self.small], ["--now", "2018-05-14T09:46:42", self.small], ["no such file"]]:
            done = run(*arguments, events=EVENT)
            self.assertEqual((done.returncode, done.stdout), (2, b""), arguments)
            self.assertNotEqual(done.stderr, b"", arguments)
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(done.stdout.startswith(b"usage: notifier-route "))

    def test_a_terminal_sees_the_progress_of_what_goes_to_a_file(self):
        terminal, stderr = pty.openpty()
        self.addCleanup(os.close, terminal)
        path = self.folder / "deliveries.ndjson"
        written = 0
        with open(path, "wb") as file:
            with subprocess.Popen([program, self.small], stdin=subprocess.PIPE, stdout=file, stderr=stderr) as process:
                os.close(stderr)
                end = time.monotonic() + 60
                while time.monotonic() < end and not select.select([terminal], [], [], 0.2)[0]:
                    process.stdin.write(EVENT * 64)
                    process.stdin.flush()
                    written += 64
                self.assertRegex(os.read(terminal, 4096), rb"\d+ events, \d+ lines written")
                process.stdin.close()
                self.assertEqual(process.wait(60), 0)
        self.assertEqual(len(path.read_bytes().splitlines()), 2 * written)

    def test_a_terminal_is_left_alone_where_the_output_goes_to_a_program(self):
        terminal, stderr = pty.openpty()
        self.addCleanup(os.close, terminal)
        with subprocess.Popen([program, self.small], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr) as process:
            os.close(stderr)
            process.stdin.write(EVENT)
            process.stdin.flush()
            process.stdout.readline()
            time.sleep(1.2)  # it would have begun to tell
            process.communicate(EVENT * 64)
            self.assertEqual(process.returncode, 0)
        self.assertEqual(select.select([terminal], [], [], 0)[0] and self.rest_of(terminal), [])

    @staticmethod
    def rest_of(terminal):
        try:
            return [os.read(terminal, 4096)]
        except OSError:  # nothing but that the other side has closed
            return []


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
