"""The table of built-in platforms in include/PLATFORMS.md says what their rows say.

A program that includes the rows writes the lines of the table; `platforms.py --print` shows them, to be pasted.
"""

import itertools
import pathlib
import subprocess
import sys
import tempfile

from project import CXX, INCLUDE, ROOT, report

PROGRAM = r"""
#include <cstdio>
#include <string>
#include "notifier/notifier.hpp"
#include "notifier/platform/table.hpp"

using namespace notifier;

std::string in_ticks(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string span(std::int64_t ms) {
  if (ms % 3600000 == 0) return std::to_string(ms / 3600000) + " h";
  if (ms % 60000 == 0) return std::to_string(ms / 60000) + " min";
  return std::to_string(ms / 1000) + " s";
}

std::string fields(const PlatformRow& row) {
  std::string out;
  for (const PlatformField& field : row.fields) {
    if (!field.is_kept()) continue;
    if (!out.empty()) out += ", ";
    out += field.is_required ? "**" + in_ticks(field.key()) + "**" : in_ticks(field.key());
    if (field.visibility != PlatformField::Visibility::open) out += " (secret)";
  }
  return out;
}

std::string pace(const TargetLimits& limits) {
  std::string out;
  if (limits.min_interval_ms > 0) out = "1 in " + span(limits.min_interval_ms);
  for (const RateWindow& window : limits.windows) {
    if (window.count == 0) continue;
    if (!out.empty()) out += ", ";
    out += std::to_string(window.count) + " in " + span(window.per_ms);
  }
  return out.empty() ? "-" : out;
}

std::string key(const PlatformRow& row) {
  if (row.transport == Transport::smtp) return "`Message-ID`";
  if (row.url.find("{idempotency_key}") != std::string_view::npos) return "in the path";
  return row.key_in == Place::none ? "-" : in_ticks(row.key_name);
}

std::string end_of_alert(const PlatformRow& row) {
  if (row.sends_event) return "the event";
  if (row.resolves) return "resolves the incident";
  return !row.thread_member.empty() || row.transport == Transport::smtp ? "same thread" : "a message";
}

std::string receipt(const PlatformRow& row) {
  const ReplyRules& rules = detail::rules_of(row);
  return rules.receipt.empty() ? "-" : in_ticks(rules.receipt);
}

// The most that a message has; what is longer is cut.
std::string most(Platform platform) {
  switch (platform) {
    case Platform::rocket_chat: return std::to_string(rocket_chat_limits::message) + " UTF-16 units";
    case Platform::slack: return std::to_string(slack_limits::all_blocks) + " code points";
    case Platform::mattermost: return std::to_string(mattermost_limits::message) + " code points";
    case Platform::discord: return std::to_string(discord_limits::message) + " code points";
    case Platform::microsoft_teams: return std::to_string(microsoft_teams_limits::message) + " bytes";
    case Platform::google_chat: return std::to_string(google_chat_limits::message) + " bytes";
    case Platform::telegram: return std::to_string(telegram_limits::text) + " UTF-16 units";
    case Platform::ntfy: return std::to_string(ntfy_limits::message) + " bytes";
    case Platform::gotify: return std::to_string(gotify_limits::body) + " bytes";
    case Platform::matrix: return std::to_string(matrix_limits::content) + " bytes";
    case Platform::pushover: return std::to_string(pushover_limits::message) + " code points";
    case Platform::pagerduty: return std::to_string(pagerduty_limits::event) + " bytes";
    default: return "-";
  }
}

int main() {
  for (const PlatformRow& row : builtin_platforms) {
    std::printf("| %s | %s | %s | %s | %u | %s | %s | %s | %s |\n", std::string(row.display_name).c_str(),
                in_ticks(row.name).c_str(), fields(row).c_str(), most(row.platform).c_str(), row.target_limits.concurrency,
                pace(row.target_limits).c_str(), key(row).c_str(), end_of_alert(row).c_str(), receipt(row).c_str());
  }
}
"""

with tempfile.TemporaryDirectory() as folder:
    program = pathlib.Path(folder) / "platforms"
    command = [CXX, "-std=c++17", "-O0", "-DNOTIFIER_PICOJSON=0", f"-I{INCLUDE}", "-x", "c++", "-", "-o", str(program)]
    done = subprocess.run(command, input=PROGRAM, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()

if "--print" in sys.argv:
    print("\n".join(lines))
    raise SystemExit(0)

page = (ROOT / "include/PLATFORMS.md").read_text(encoding="utf-8").splitlines()


def table_of(head):
    """The lines of a table below its head."""
    at = next((i for i, line in enumerate(page) if line.startswith(head)), None)
    if at is None:
        report([f"include/PLATFORMS.md: the table {head} is missing"])
    return list(itertools.takewhile(lambda line: line.startswith("|"), page[at + 2 :]))


table = table_of("| platform | name |")
problems = [f"include/PLATFORMS.md: the rows say, and the table does not: {line}" for line in lines if line not in table]
problems += [f"include/PLATFORMS.md: the table says, and the rows do not: {line}" for line in table if line not in lines]
names = [line.split("|")[1] for line in lines]
if [line.split("|")[1] for line in table_of("| platform | what a message is |")] != names:
    problems.append(f"include/PLATFORMS.md: the table of messages has other platforms than {', '.join(names)}")
report(problems)
