// hypercore: an append-only log on the disk, replicated over a TCP connection.
import { createServer, connect } from 'node:net'
import Hypercore from 'hypercore'
import { Arrivals, now, pause, payload, serve } from './lines.mjs'

const folder = process.argv[2]
let core, server, socket, arrivals

function replicate (initiator, stream) {
  stream.setNoDelay(true)
  stream.on('error', () => {})
  const replication = core.replicate(initiator)
  replication.on('error', () => {})
  stream.pipe(replication).pipe(stream)
}

serve({
  async fill (count) {
    core = new Hypercore(folder)
    await core.ready()
    for (let at = 0; at < Number(count); at += 1000) {
      const batch = []
      for (let i = at; i < Math.min(at + 1000, Number(count)); i++) batch.push(payload(i))
      await core.append(batch)
    }
    server = createServer(stream => replicate(false, stream))
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
    return `${server.address().port} ${core.key.toString('hex')}`
  },

  // Nanoseconds and bytes until all of it is here.
  async fetch (port, count, key) {
    const began = now()
    core = new Hypercore(folder, Buffer.from(key, 'hex'))
    await core.ready()
    socket = connect(Number(port), '127.0.0.1')
    replicate(true, socket)
    await core.download({ start: 0, end: Number(count) }).done()
    return `${now() - began} ${socket.bytesRead + socket.bytesWritten}`
  },

  follow (count) {
    if (!arrivals) {
      core.download({ start: core.length, end: -1 })
      core.on('download', () => arrivals.add(1))
    }
    arrivals = new Arrivals(Number(count))
    return 'done'
  },

  stamps: () => arrivals.done,

  async act (count, pace) {
    const stamps = []
    for (let i = 0; i < Number(count); i++) {
      await pause(Number(pace))
      const bytes = payload(i)
      stamps.push(now())
      await core.append(bytes)
    }
    return stamps.join(' ')
  }
})
