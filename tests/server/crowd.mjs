// A crowd at a server's door, in a process of its own: connections that do nothing good, until standard input ends.
//
//     node crowd.mjs PORT KIND COUNT [ADDRESSES]
//
//     slow     one byte of a request, then one every five seconds
//     idle     connected, and silent
//     stream   GET /v1/apps/shop/stream, read
//     unread   the same, not read
//     body     the head of a request and half of its 8 MB
//     answer   asks for lists, again and again, and reads nothing
//
// ADDRESSES: from so many of 127.0.0.0/24 (default 1). Opens again what the server closes, some 35 a second for all.
// Prints a line once all are connected.

import { connect } from 'node:net';

const [port, kind, count, addresses = '1'] = process.argv.slice(2);
const stream = 'GET /v1/apps/shop/stream HTTP/1.1\r\nHost: localhost\r\n\r\n';
const first = {
  slow: 'G', idle: '', stream, unread: stream,
  body: `POST /v1/apps/shop/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${8 << 20}\r\n\r\n${'x'.repeat(4 << 20)}`,
  answer: 'GET /v1/apps/shop/events?per_page=50 HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50),
}[kind];
const sockets = new Set();
let opened = 0;

function open(number) {
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: `127.0.0.${1 + (number % Number(addresses))}` });
  if (kind === 'unread' || kind === 'answer') socket.pause();
  else socket.resume();
  socket.on('error', () => {});
  socket.on('connect', () => {
    if (first) socket.write(first);
    if (++opened === Number(count)) console.log('all connected');
  });
  socket.on('close', () => {
    sockets.delete(socket);
    setTimeout(open, 1000 + (Number(count) / 35) * 1000 * Math.random(), number);
  });
  sockets.add(socket);
}

// Not all at once: the queue of connections that wait to be accepted is no longer than it is.
for (let i = 0; i < Number(count); ++i) {
  open(i);
  if (i % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 20));
}
if (kind === 'slow') {
  setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('E');
  }, 5000);
}
process.stdin.resume().on('end', () => process.exit());
