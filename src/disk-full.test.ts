// A full disk: no bill is acknowledged that is not booked, no bid is made that could not be settled, and all goes on when
// there is room again. The ledger stands in a small file system of its own, which takes root to mount.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { postBid, serve, until } from './testing/serving.ts'

const DISK_BYTES = 8 * 2 ** 20
const REQUEST = JSON.stringify({
  id: 'r',
  at: 2,
  imp: [{ id: '1', banner: { w: 300, h: 250 } }],
  site: { domain: 'news.example.com' },
  device: { devicetype: 2, geo: { country: 'USA' } },
  tmax: 1000,
})

const isRoot = process.getuid?.() === 0
const reason = isRoot || process.env.CI === 'true' ? false : 'mounting a small disk takes root'

t.test(
  'a full disk stops bids and acknowledges nothing, until there is room',
  { skip: reason },
  async (t) => {
    const disk = mkdtempSync(join(tmpdir(), 'peregrine-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk])
    // After the server has ended: teardowns run in the opposite order.
    t.teardown(() => {
      execFileSync('umount', [disk])
      rmdirSync(disk)
    })
    const { port, admin, result } = await serve(t, '--data', join(disk, 'data'))

    const bidOf = async () => {
      const response = await postBid(port, REQUEST)
      if (response.status !== 200) return undefined
      const answer = (await response.json()) as { seatbid: { bid: { burl: string; price: number }[] }[] }
      return answer.seatbid[0].bid[0]
    }
    const bill = async ({ burl, price }: { burl: string; price: number }) => {
      const url = burl.replace('https://localhost', `http://127.0.0.1:${port}`)
      return (await fetch(url.replace(`\${AUCTION_PRICE}`, `${price}`))).status
    }
    const spent = async () => {
      const campaigns = (await (await admin('/v1/campaigns')).json()) as { spend: { total: number } }[]
      return campaigns.reduce((sum, { spend }) => sum + spend.total, 0)
    }
    const ready = async () => (await admin('/readyz')).status === 200

    const [before, during] = [(await bidOf())!, (await bidOf())!]
    t.equal(await bill(before), 204)
    const spentBefore = await spent()

    fill(disk)
    // What fits into the pages that the journal has is still written; the next checkpoints find that no more are had.
    await until(async () => !(await ready()))
    t.equal(await bill(during), 503, 'what is not booked is not acknowledged')
    t.equal(await spent(), spentBefore)
    t.equal(await bidOf(), undefined, 'what could not be settled is not bid')
    t.match(await (await admin('/readyz')).text(), /ledger cannot be written/)
    t.match(result.out, /the ledger cannot be written: .*full/i, 'the log says why')

    rmSync(join(disk, 'filler'))
    await until(ready)
    t.equal(await bill(during), 204, 'the exchange tries again, and now it is booked')
    t.equal(await bill(before), 204, 'a bill from before is known')
    const sum = Math.round((before.price + during.price) * 1e6) / 1e9
    t.equal(await spent(), sum)
    t.ok(await bidOf(), 'bids are made again')
  },
)

/** Writes a file until the disk takes no more. */
function fill(disk: string): void {
  try {
    for (;;) writeFileSync(join(disk, 'filler'), Buffer.alloc(4096), { flag: 'a' })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
  }
}
