/**
 * What exchanges and balancers ask before they send traffic.
 */
import t from 'tap'
import { openPort } from './open-port.suite.ts'

t.test('the port says that it is served', async (t) => {
  const { send } = await openPort(t, { isReady: () => false })
  const { status, body } = await send({ method: 'GET', path: '/' })
  t.same({ status, body: body.toString() }, { status: 200, body: 'ok\n' })
})

t.test('readiness is told by the status and by the character 1 in the body', async (t) => {
  let isReady = true
  const { send } = await openPort(t, { isReady: () => isReady })
  const yes = await send({ method: 'GET', path: '/ready' })
  t.same({ status: yes.status, body: yes.body.toString() }, { status: 200, body: '1' })
  isReady = false
  const no = await send({ method: 'GET', path: '/ready' })
  t.equal(no.status, 503)
  t.notMatch(no.body.toString(), '1')
  t.equal(no.isReused, true)
})

t.test('no page of an error has the character 1 in it', async (t) => {
  const { send } = await openPort(t)
  const { status, body } = await send({ method: 'GET', path: '/readyz' })
  t.equal(status, 404)
  t.notMatch(body.toString(), '1')
})

t.test('a HEAD is answered without a body, and the connection stays in step', async (t) => {
  const { send } = await openPort(t)
  t.equal((await send({ method: 'HEAD', path: '/' })).status, 404)
  const next = await send({ method: 'GET', path: '/' })
  t.same({ status: next.status, isReused: next.isReused }, { status: 200, isReused: true })
})
