// automerge: a document with one list of strings, kept in step by its sync protocol over TCP. What came is saved to a
// file and flushed, so that it is durable as far as the others are. It is filled by changes of a thousand entries, which
// is faster for it than one change an entry; live, an entry is a change.
import { fsyncSync, openSync, writeSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import * as Automerge from '@automerge/automerge'
import { Arrivals, now, pause, payload, serve } from './lines.mjs'
import { receive, send } from './frames.mjs'

const path = process.argv[2]
let doc, file, socket, server, arrivals, changed
let state = Automerge.initSyncState()

function tell () {
  const [next, message] = Automerge.generateSyncMessage(doc, state)
  state = next
  if (message) send(socket, message)
}

function hear (message) {
  const before = doc.entries?.length ?? 0
  ;[doc, state] = Automerge.receiveSyncMessage(doc, state, message)
  tell()
  const after = doc.entries?.length ?? 0
  if (after > before) changed?.(after, before)
}

const append = bytes => writeSync(file, bytes)

serve({
  async fill (count) {
    file = openSync(path, 'w')
    doc = Automerge.from({ entries: [] })
    for (let at = 0; at < Number(count); at += 1000) {
      doc = Automerge.change(doc, draft => {
        for (let i = at; i < Math.min(at + 1000, Number(count)); i++) draft.entries.push(payload(i))
      })
    }
    append(Automerge.save(doc))
    server = createServer(stream => {
      socket = stream
      socket.setNoDelay(true)
      state = Automerge.initSyncState()
      receive(socket, hear)
    })
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
    return server.address().port
  },

  async fetch (port, count) {
    const began = now()
    file = openSync(path, 'w')
    doc = Automerge.init()
    const all = new Promise(resolve => { changed = length => { if (length >= Number(count)) resolve() } })
    socket = connect(Number(port), '127.0.0.1')
    socket.setNoDelay(true)
    receive(socket, hear)
    tell()
    await all
    append(Automerge.save(doc))
    fsyncSync(file)
    return `${now() - began} ${socket.bytesRead + socket.bytesWritten}`
  },

  follow (count) {
    arrivals = new Arrivals(Number(count))
    changed = (after, before) => {
      append(Automerge.saveIncremental(doc))
      arrivals.add(after - before)
    }
    return 'done'
  },

  stamps: () => arrivals.done,

  async act (count, pace) {
    const stamps = []
    for (let i = 0; i < Number(count); i++) {
      await pause(Number(pace))
      const text = payload(i)
      stamps.push(now())
      doc = Automerge.change(doc, draft => { draft.entries.push(text) })
      append(Automerge.getLastLocalChange(doc))
      tell()
    }
    return stamps.join(' ')
  }
})
