// yjs: a document with one array of strings, one transaction an entry, updates over TCP. What came is appended to a file
// and, after a catch-up, flushed, so that it is durable as far as the others are.
import { fsyncSync, openSync, writeSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import * as Y from 'yjs'
import { Arrivals, now, pause, payload, serve } from './lines.mjs'
import { receive, send } from './frames.mjs'

const path = process.argv[2]
const doc = new Y.Doc()
const entries = doc.getArray('entries')
let file, socket, server, arrivals

serve({
  async fill (count) {
    file = openSync(path, 'w')
    for (let i = 0; i < Number(count); i++) entries.push([payload(i)])
    writeSync(file, Y.encodeStateAsUpdate(doc))
    server = createServer(stream => {
      socket = stream
      socket.setNoDelay(true)
      receive(socket, vector => send(socket, Y.encodeStateAsUpdate(doc, vector)))
    })
    doc.on('update', update => {
      writeSync(file, update)
      if (socket) send(socket, update)
    })
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
    return server.address().port
  },

  async fetch (port, count) {
    const began = now()
    file = openSync(path, 'w')
    socket = connect(Number(port), '127.0.0.1')
    socket.setNoDelay(true)
    await new Promise(resolve => {
      receive(socket, update => {
        const before = entries.length
        Y.applyUpdate(doc, update)
        writeSync(file, update)
        arrivals?.add(entries.length - before)
        if (entries.length >= Number(count)) resolve()
      })
      send(socket, Y.encodeStateVector(doc))
    })
    fsyncSync(file)
    return `${now() - began} ${socket.bytesRead + socket.bytesWritten}`
  },

  follow (count) {
    arrivals = new Arrivals(Number(count))
    return 'done'
  },

  stamps: () => arrivals.done,

  async act (count, pace) {
    const stamps = []
    for (let i = 0; i < Number(count); i++) {
      await pause(Number(pace))
      const text = payload(i)
      stamps.push(now())
      entries.push([text])
    }
    return stamps.join(' ')
  }
})
