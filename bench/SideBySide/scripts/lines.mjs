// One line in, one line out, until the input ends: how a program of the side-by-side is told what to do.
import { createInterface } from 'node:readline'

export const now = () => process.hrtime.bigint()

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

// A hundred characters that cannot be squeezed much.
export const payload = number => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  let state = (number * 2654435761 + 12345) >>> 0
  let text = ''
  for (let i = 0; i < 100; i++) {
    state ^= state << 13; state >>>= 0
    state ^= state >>> 17
    state ^= state << 5; state >>>= 0
    text += alphabet[state & 63]
  }
  return text
}

// Stamps the arrivals of so many entries; the promise ends with the line of stamps.
export class Arrivals {
  constructor (count) {
    this.count = count
    this.stamps = []
    this.done = new Promise(resolve => { this.resolve = resolve })
  }

  add (entries) {
    for (let i = 0; i < entries && this.stamps.length < this.count; i++) this.stamps.push(now())
    if (this.stamps.length === this.count) this.resolve(this.stamps.join(' '))
  }
}

export async function serve (verbs) {
  console.log('ready')
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, ...words] = line.split(' ')
    try {
      console.log(String(await verbs[verb](...words)))
    } catch (failure) {
      console.log(`failed ${verb}: ${String(failure.stack).replaceAll('\n', ' | ')}`)
    }
  }
  process.exit(0)
}
