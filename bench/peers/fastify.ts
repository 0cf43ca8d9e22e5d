/**
 * The peer that is a Fastify server: its usual settings, no log, the body as text for `decide`. Prints its port.
 * Arguments: the catalog's folder and the folder of the model's version.
 */
import fastify from 'fastify'
import { openDecision } from './decision.ts'

const [catalog, model] = process.argv.slice(2)
const { decide } = await openDecision({ catalog, model, noticeUrl: 'http://127.0.0.1:8080' })
const app = fastify()
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
)
app.post('/openrtb2/bid', async (request, reply) => {
  const answer = await decide(request.body as string).catch(() => null)
  if (answer === null) return reply.code(400).send()
  if (answer === undefined) return reply.code(204).send()
  return reply.type('application/json').send(answer)
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
console.log(`port ${new URL(address).port}`)
