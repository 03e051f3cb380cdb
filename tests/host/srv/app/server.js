// Answers every request; where and how it listens is read from its configuration.
'use strict';
const fs = require('fs');
const http = require('http');

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const server = http.createServer((request, response) => response.end('node\n'));

process.umask(parseInt(config.umask, 8));
fs.rmSync(config.socket, { force: true });
server.listen(config.socket);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
