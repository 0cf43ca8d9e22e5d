/**
 * The bidder's own books, by its admin port, beside what the exchange has billed: spend, impressions, clicks and
 * conversions of each campaign between the start of a run and its end. They are to be equal, to the nano.
 *
 * A click is led on before it is on the disk, so the books are asked again until they agree, for `AGREE_MS_MAX`.
 */
import type { CampaignView } from '../../../src/admin/campaigns.ts'
import type { Figures } from './figures.ts'

export type Books = ReadonlyMap<string, CampaignView>

/** Of one campaign, by the bidder, and by the exchange. */
export type Disagreement = {
  readonly campaign: string
  readonly what: 'spend' | 'impressions' | 'clicks' | 'conversions'
  readonly bidder: number
  readonly exchange: number
}

export type BookReport = { readonly spendUsd: number; readonly disagreements: readonly Disagreement[] }

/** The admin port does not give what is asked; its message says why. */
export class BooksFault extends Error {
  override name = 'BooksFault'
}

const AGREE_MS_MAX = 5000
const ASK_EVERY_MS = 100
const NANOS_A_DOLLAR = 1e9

export class AdminBooks {
  readonly #url: URL
  readonly #token: string

  /** @param token '' where none is asked for. */
  constructor(url: URL, token: string) {
    this.#url = new URL('/v1/campaigns', url)
    this.#token = token
  }

  /** Rejects with `BooksFault`. */
  async read(): Promise<Books> {
    const headers = new Headers(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` })
    const response = await fetch(this.#url, { headers }).catch((error: Error) => {
      throw new BooksFault(
        `--admin-url ${this.#url.origin}: ${(error.cause as Error)?.message ?? error.message}`,
      )
    })
    if (!response.ok) {
      const hint = response.status === 401 ? '; give its token as PEREGRINE_ADMIN_TOKEN' : ''
      throw new BooksFault(
        `--admin-url ${this.#url.origin}: ${this.#url.pathname} answers ${response.status}${hint}`,
      )
    }
    const campaigns = (await response.json()) as CampaignView[]
    return new Map(campaigns.map((campaign) => [campaign.id, campaign]))
  }

  /** @param before as they were when the run began. */
  async settle(before: Books, figures: Figures): Promise<BookReport> {
    const untilMs = performance.now() + AGREE_MS_MAX
    for (;;) {
      const report = compare(before, await this.read(), figures)
      if (report.disagreements.length === 0 || performance.now() > untilMs) return report
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
    }
  }
}

export function compare(before: Books, after: Books, { campaigns }: Pick<Figures, 'campaigns'>): BookReport {
  const billed = new Map(campaigns.map((campaign) => [campaign.id, campaign]))
  const rows = [...after].map(([id, now]) => {
    const then = before.get(id)
    const mine = billed.get(id)
    const spend = nanosOf(now.spend.total) - nanosOf(then?.spend.total ?? 0)
    const grown = (what: 'impressions' | 'clicks' | 'conversions') => now[what] - (then?.[what] ?? 0)
    const lines: [Disagreement['what'], number, number][] = [
      ['spend', spend, mine?.spendNanos ?? 0],
      ['impressions', grown('impressions'), mine?.wins ?? 0],
      ['clicks', grown('clicks'), mine?.clicks ?? 0],
      ['conversions', grown('conversions'), mine?.conversionsTold ?? 0],
    ]
    return { id, spend, lines }
  })
  return {
    spendUsd: rows.reduce((sum, { spend }) => sum + spend, 0) / NANOS_A_DOLLAR,
    disagreements: rows.flatMap(({ id, lines }) =>
      lines
        .filter(([, bidder, exchange]) => bidder !== exchange)
        .map(([what, bidder, exchange]) => {
          const unit = what === 'spend' ? NANOS_A_DOLLAR : 1
          return { campaign: id, what, bidder: bidder / unit, exchange: exchange / unit }
        }),
    ),
  }
}

/** The admin port prints nine decimals, which are exact. */
function nanosOf(usd: number): number {
  return Math.round(usd * NANOS_A_DOLLAR)
}
