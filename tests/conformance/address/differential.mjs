// The guard against ipaddr.js, over addresses drawn at random and around every boundary of its tables.
//
//   node differential.mjs JUDGE [COUNT] [SEED]

import ipaddr from 'ipaddr.js';
import { judge } from './judge.mjs';

const [program, count = '1000000', seed = '1'] = process.argv.slice(2);

// Ours alone, with the reason for it.
const stricter = [
  ['168.63.129.16', 32, 'Azure answers there from the host itself'],
].map(([base, prefix]) => [ipaddr.parse(base), prefix]);
// ipaddr.js takes these for special, though the registries call them global: AS112 and anycast services.
const global = [
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.175.48.0', 24],
  ['2620:4f:8000::', 48],
].map(([base, prefix]) => [ipaddr.parse(base), prefix]);
const within = (address, networks) =>
  networks.some(([base, prefix]) => base.kind() === address.kind() && address.match(base, prefix));

let state = BigInt(seed);
function random() {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number(state >> 33n);
}
const bytes = (length) => Array.from({ length }, () => random() & 255);

const boundaries = [];
for (const ranges of [ipaddr.IPv4.prototype.SpecialRanges, ipaddr.IPv6.prototype.SpecialRanges]) {
  for (const networks of Object.values(ranges).map((each) => (Array.isArray(each[0]) ? each : [each]))) {
    for (const [base, prefix] of networks) boundaries.push([base.toByteArray(), prefix]);
  }
}

/** An address that shares a random number of bits with a table's entry, so that both sides of each border are met. */
function nearby() {
  const [base, prefix] = boundaries[random() % boundaries.length];
  const bits = Math.max(0, prefix + (random() % 5) - 3);
  const noise = random() % 3 === 0 ? base.map(() => (random() % 2) * 255) : bytes(base.length);
  const address = base.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * i));
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) | (noise[i] & ~mask);
  });
  // Half of the time just past the border: the first bit that is not shared is flipped.
  if (bits < base.length * 8 && random() % 2) address[bits >> 3] ^= 0x80 >> (bits & 7);
  return address;
}

function draw(i) {
  switch (i % 4) {
    case 0: return bytes(4);
    case 1: return [0x20 | (random() & 0x1f), ...bytes(15)];
    case 2: return [...Array(10).fill(0), 255, 255, ...bytes(4)];
    default: return nearby();
  }
}

function expected(octets) {
  let address = ipaddr.fromByteArray(octets);
  if (address.kind() === 'ipv6' && address.isIPv4MappedAddress()) address = address.toIPv4Address();
  if (within(address, stricter)) return false;
  if (within(address, global)) return true;
  // Outside 2000::/3 nothing has been assigned, which ipaddr.js calls unicast all the same.
  if (address.kind() === 'ipv6' && octets[0] >> 5 !== 1) return false;
  const isatap = address.kind() === 'ipv6' && (octets[8] & 0xfd) === 0 && !octets[9] && octets[10] === 0x5e && octets[11] === 0xfe;
  return address.range() === 'unicast' && (!isatap || ipaddr.fromByteArray(octets.slice(12)).range() === 'unicast');
}

let faults = 0;
let reachable = 0;
let left = Number(count);
while (left > 0) {
  const drawn = Array.from({ length: Math.min(left, 100000) }, (_, i) => draw(i));
  left -= drawn.length;
  judge(program, drawn.map((octets) => `address ${Buffer.from(octets).toString('hex')}`)).forEach((reason, i) => {
    const allowed = expected(drawn[i]);
    reachable += allowed;
    if ((reason === 'none') === allowed) return;
    const address = ipaddr.fromByteArray(drawn[i]);
    faults += 1;
    if (faults <= 20) console.error(`${address}: ${reason}, ipaddr.js says ${address.range()}`);
  });
}
console.log(`${count} addresses, ${reachable} of them public, ${faults} faults`);
process.exit(faults === 0 && reachable > 0 && reachable < Number(count) ? 0 : 1);
