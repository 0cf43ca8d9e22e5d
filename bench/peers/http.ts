/**
 * The peer that is a bare node:http server. Prints its port. Arguments: the catalog's folder and the folder of the
 * model's version.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openDecision } from './decision.ts'

const [catalog, model] = process.argv.slice(2)
const { decide } = await openDecision({ catalog, model, noticeUrl: 'http://127.0.0.1:8080' })
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const answer = await decide(Buffer.concat(chunks).toString()).catch(() => null)
    if (answer === null) response.writeHead(400).end()
    else if (answer === undefined) response.writeHead(204).end()
    else
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        .end(answer)
  })
})
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`))
