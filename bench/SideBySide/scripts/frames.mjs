// Messages over a TCP connection: four bytes of length, and the bytes.
export function send (socket, bytes) {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(bytes.length)
  socket.write(head)
  socket.write(bytes)
}

export function receive (socket, handle) {
  let buffered = []
  let size = 0
  socket.on('error', () => {})
  socket.on('data', data => {
    buffered.push(data)
    size += data.length
    while (size >= 4) {
      const head = buffered[0].length >= 4 ? buffered[0] : (buffered = [Buffer.concat(buffered)])[0]
      const length = head.readUInt32LE(0)
      if (size < 4 + length) return
      const all = buffered.length === 1 ? buffered[0] : Buffer.concat(buffered)
      const message = all.subarray(4, 4 + length)
      buffered = [all.subarray(4 + length)]
      size -= 4 + length
      handle(message)
    }
  })
}
