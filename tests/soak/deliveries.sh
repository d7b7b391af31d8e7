# Delivery: 100,000 notifications with one fault in ten requests and 20 kills of the server; then how many a second.

set -euo pipefail
build=$1
node tests/delivery/kill.mjs "$(find "$build/examples" -name notifier-server -type f)" 100000 20
node tests/delivery/storm.mjs "$(find "$build/examples" -name notifier-server -type f)" 100000 100
node tests/delivery/storm.mjs "$(find "$build/examples" -name notifier-server -type f)" 50000 40 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$(find "$build/tests/delivery" -name notifier_delivery_throughput -type f)" 100000 "$folder" 5000 1500
