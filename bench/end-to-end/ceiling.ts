/**
 * The ceiling: a bare uWebSockets.js handler that reads the body and answers 204. What the bidder reaches is quoted as
 * a share of what this reaches in the same run. Prints its port.
 */
import uws from 'uWebSockets.js'

const app = uws.App()
app.post('/*', (response) => {
  response.onAborted(() => {})
  response.onData((_, isLast) => {
    if (isLast) response.cork(() => response.writeStatus('204 No Content').endWithoutBody())
  })
})
app.listen('127.0.0.1', 0, (socket) => {
  if (!socket) throw new Error('no free port')
  console.log(`port ${uws.us_socket_local_port(socket)}`)
})
