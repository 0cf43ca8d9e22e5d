/**
 * Reading a request: the tape and the view over it, against `JSON.parse`, the obvious way, which decodes everything.
 */
import { RequestView } from '../../../src/openrtb/request.ts'
import type { MicroBench } from '../measure.ts'
import { BODY_BYTES_MAX, bodies } from '../setting.ts'

const view = new RequestView(BODY_BYTES_MAX)

function each(count: number, read: (body: Buffer) => number): number {
  let check = 0
  for (let i = 0; i < count; i++) check += read(bodies[i % bodies.length])
  return check
}

export const benches: MicroBench[] = [
  {
    name: 'openrtb: read a request',
    unit: 'request',
    count: 4000,
    cases: [
      {
        name: 'tape and view',
        run: (count) =>
          each(count, (body) => {
            body.copy(view.tape.bytes)
            view.read(body.length)
            return view.impCount
          }),
      },
      {
        name: 'tape alone',
        run: (count) =>
          each(count, (body) => {
            body.copy(view.tape.bytes)
            return view.tape.scan(body.length) ? 1 : 0
          }),
      },
      {
        name: 'JSON.parse',
        run: (count) => each(count, (body) => (JSON.parse(body.toString()) as { imp: unknown[] }).imp.length),
      },
    ],
  },
]
