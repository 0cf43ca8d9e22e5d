/**
 * One keep-alive connection with one request in flight at most. Requests are whole HTTP messages, made once (`requests.ts`);
 * sending one allocates nothing here, and answers are read from one reused buffer.
 *
 * Every request sent ends in exactly one call: `onAnswer`, or `onLost` with `wasBusy`. A connection that is lost is
 * never used again; its owner opens another.
 */
import { createConnection, type Socket } from 'node:net'
import { assert } from '../../src/base/assert.ts'
import { ResponseReader } from './response-reader.ts'

export type Target = { readonly host: string; readonly port: number }

export type LossCause = 'reset' | 'timeout' | 'protocol' | 'closed'

export type Loss = {
  /** `closed` is a server that ended an idle connection, which is its right; the others are errors. */
  readonly cause: LossCause
  readonly message: string
  readonly wasBusy: boolean
}

export type Owner = {
  /**
   * The answer is complete; `connection.reader` tells its status and length until the next `send`, which may be made
   * from here if the connection is still open.
   */
  onAnswer(connection: Connection): void
  onLost(connection: Connection, loss: Loss): void
}

const READ_BYTES = 16384

export class Connection {
  readonly reader = new ResponseReader()
  /** When the request in flight was planned and when it was sent, on the owner's clock. */
  plannedNs = 0
  sentNs = 0
  isBusy = false
  isOpen = true
  readonly #socket: Socket
  readonly #owner: Owner

  /** Resolves when the connection stands; rejects with the system's error when it cannot be made. */
  static open(target: Target, owner: Owner): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let connection: Connection | undefined
      const socket = createConnection({
        host: target.host,
        port: target.port,
        noDelay: true,
        onread: {
          buffer: new Uint8Array(READ_BYTES),
          callback: (size, bytes) => {
            connection!.#read(bytes, size)
            return true
          },
        },
      })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.removeListener('error', reject)
        connection = new Connection(socket, owner)
        resolve(connection)
      })
    })
  }

  private constructor(socket: Socket, owner: Owner) {
    this.#socket = socket
    this.#owner = owner
    socket.on('error', (error: NodeJS.ErrnoException) => this.#lose('reset', error.code ?? error.message))
    socket.on('close', () => {
      if (this.isBusy) this.#lose('reset', 'the server closed the connection before its answer was complete')
      else this.#lose('closed', 'the server closed an idle connection')
    })
  }

  /** Sends one whole request. The buffer must not be changed until its answer is there. */
  send(request: Uint8Array, plannedNs: number, sentNs: number): void {
    assert(this.isOpen && !this.isBusy, 'a connection carries one request at a time')
    this.isBusy = true
    this.plannedNs = plannedNs
    this.sentNs = sentNs
    this.reader.begin()
    this.#socket.write(request)
  }

  /** Gives the request in flight up. */
  abandon(message: string): void {
    this.#lose('timeout', message)
  }

  /** Ends without a call to the owner. */
  close(): void {
    this.isOpen = false
    this.#socket.destroy()
  }

  #read(bytes: Uint8Array, size: number): void {
    if (!this.isOpen) return
    if (!this.isBusy) {
      this.#lose('protocol', 'the server sent bytes that nobody asked for')
      return
    }
    const end = this.reader.push(bytes, 0, size)
    if (this.reader.fault !== undefined) this.#lose('protocol', this.reader.fault)
    else if (this.reader.isComplete) {
      if (end < size) this.#lose('protocol', 'the server sent more bytes than its response has')
      else this.#answer()
    }
  }

  #answer(): void {
    const { isClosing } = this.reader
    this.isBusy = false
    // The owner must see a closing connection as closed already, or it would send on it.
    if (isClosing) this.close()
    this.#owner.onAnswer(this)
    if (isClosing) this.#owner.onLost(this, { cause: 'closed', message: 'connection: close', wasBusy: false })
  }

  #lose(cause: LossCause, message: string): void {
    if (!this.isOpen) return
    const wasBusy = this.isBusy
    this.isBusy = false
    this.close()
    this.#owner.onLost(this, { cause, message, wasBusy })
  }
}
