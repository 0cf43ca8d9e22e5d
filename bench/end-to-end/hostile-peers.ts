/**
 * Peers that do a server no good, as a process of its own: `hostile-peers.ts PORT IDLE SLOW BYTES`.
 *
 *   idle   connect and say nothing
 *   slow   dribble headers that never end
 *   bytes  write whole requests, a byte a packet
 *
 * Whoever is closed comes back, so that their number stands. Prints `ready N` once N of them are connected; fewer than
 * asked for where the system allows no more open files. Ends with its standard input.
 */
import net from 'node:net'
import { makeBodies } from '../traffic/requests.ts'

const [port, idle, slow, bytes] = process.argv.slice(2).map(Number)
/** Connections that are opened at once; the backlog of a listening socket is not longer. */
const AT_ONCE = 200
const DRIBBLE_MS = 500
const BYTE_MS = 50
const REOPEN_MS = 100
const HEADERS = 'POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\n'

const [body] = makeBodies(1, 1)
const REQUEST = Buffer.concat([
  Buffer.from(`POST /openrtb2/bid HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`),
  body,
])

type Way = (socket: net.Socket) => void
const sayNothing: Way = () => {}
const dribble: Way = (socket) => {
  socket.write(HEADERS)
  every(socket, DRIBBLE_MS, () => socket.write('x'))
}
const spell: Way = (socket) => {
  let at = 0
  every(socket, BYTE_MS, () => {
    socket.write(REQUEST.subarray(at, at + 1))
    at = (at + 1) % REQUEST.length
  })
}

function every(socket: net.Socket, ms: number, act: () => void): void {
  const timer = setInterval(act, ms)
  socket.once('close', () => clearInterval(timer))
}

/** Resolves to whether it stands. */
function open(way: Way): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    socket.on('error', () => resolve(false))
    socket.once('connect', () => {
      way(socket)
      resolve(true)
      socket.once('close', () => setTimeout(() => void open(way), REOPEN_MS))
    })
    socket.resume()
  })
}

let standing = 0
const ways: readonly Way[] = [
  ...new Array<Way>(slow).fill(dribble),
  ...new Array<Way>(bytes).fill(spell),
  ...new Array<Way>(idle).fill(sayNothing),
]
for (let at = 0; at < ways.length; at += AT_ONCE) {
  const opened = await Promise.all(ways.slice(at, at + AT_ONCE).map(open))
  standing += opened.filter(Boolean).length
}
console.log(`ready ${standing}`)
process.stdin.once('end', () => process.exit(0)).resume()
