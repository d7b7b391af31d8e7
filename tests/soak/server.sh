# notifier-server: 300 kills under concurrent writes, 20 seconds of 32 clients.

set -euo pipefail
build=$1
server=$(find "$build/examples" -name notifier-server -type f)
node tests/server/kill.mjs "$server" 300
node tests/server/load.mjs "$server" "$(find "$build/tests/server" -name notifier_load -type f)" 20
