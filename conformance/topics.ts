/**
 * The topics of the rule book: which requests ask for each, and which rules of the response check speak of it.
 * A request is looked at as loosely as senders are sloppy: any object on the way may be missing or of another type.
 */
import type { Rule } from '../src/openrtb/response-check.ts'

export type Topic = {
  readonly name: string
  /** Beginnings of the names of its rules. */
  readonly rules: readonly string[]
  readonly asks: (request: Loose) => boolean
}

/** A parsed request on which any path may be asked for. */
export class Loose {
  readonly #value: unknown

  constructor(value: unknown) {
    this.#value = value
  }

  /** What stands at the end of the path, or undefined. */
  at(...path: readonly string[]): unknown {
    let value = this.#value
    for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name]
    return value
  }

  has(...path: readonly string[]): boolean {
    const value = this.at(...path)
    return (
      value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
    )
  }

  imps(): readonly Loose[] {
    const imps = this.at('imp')
    return Array.isArray(imps) ? imps.map((imp) => new Loose(imp)) : []
  }
}

const someImp = (asks: (imp: Loose) => boolean) => (request: Loose) => request.imps().some(asks)
const someFilm = (asks: (imp: Loose, kind: string) => boolean) =>
  someImp((imp) => ['video', 'audio'].some((kind) => imp.has(kind) && asks(imp, kind)))
const dealsOf = (imp: Loose): readonly Loose[] => {
  const deals = imp.at('pmp', 'deals')
  return Array.isArray(deals) ? deals.map((deal) => new Loose(deal)) : []
}
const isOn = (value: unknown): boolean => value === 1 || value === '1' || value === true

export const TOPICS: readonly Topic[] = [
  {
    name: 'every request',
    rules: ['json', 'response', 'number', 'field', 'id', 'bid', 'crid', 'seatbid', 'nbr'],
    asks: () => true,
  },
  { name: 'currencies (cur)', rules: ['cur'], asks: (request) => request.has('cur') },
  {
    name: 'buyer seats (wseat, bseat)',
    rules: ['seat'],
    asks: (request) => request.has('wseat') || request.has('bseat'),
  },
  { name: 'first price (at 1)', rules: ['price.'], asks: (request) => Number(request.at('at')) === 1 },
  {
    name: 'floors (bidfloor)',
    rules: ['price.floor'],
    asks: someImp((imp) => Number(imp.at('bidfloor')) > 0),
  },
  {
    name: 'floors in other currencies',
    rules: ['price.floor'],
    asks: someImp((imp) => imp.has('bidfloorcur') && imp.at('bidfloorcur') !== 'USD'),
  },
  {
    name: 'floors by the second (mincpmpersec, durfloors)',
    rules: ['price.floor'],
    asks: someFilm((imp, kind) => imp.has(kind, 'mincpmpersec') || imp.has(kind, 'durfloors')),
  },
  { name: 'blocked categories (bcat)', rules: ['cat.'], asks: (request) => request.has('bcat') },
  { name: 'allowed categories (acat)', rules: ['cat.allowed'], asks: (request) => request.has('acat') },
  { name: 'blocked advertisers (badv)', rules: ['adomain'], asks: (request) => request.has('badv') },
  { name: 'blocked apps (bapp)', rules: ['bundle'], asks: (request) => request.has('bapp') },
  {
    name: 'languages (wlang, wlangb)',
    rules: ['language'],
    asks: (request) => request.has('wlang') || request.has('wlangb'),
  },
  { name: 'banner', rules: ['banner', 'adm.html', 'mtype'], asks: someImp((imp) => imp.has('banner')) },
  {
    name: 'flexible sizes and ranges',
    rules: ['banner.size'],
    asks: someImp(
      (imp) =>
        imp.has('banner', 'wmax') ||
        ((imp.at('banner', 'format') as unknown[] | undefined) ?? []).some?.((format) =>
          new Loose(format).has('wratio'),
        ),
    ),
  },
  { name: 'interstitial', rules: ['banner.size'], asks: someImp((imp) => isOn(imp.at('instl'))) },
  {
    name: 'blocked attributes and types (battr, btype)',
    rules: ['attr', 'banner.type'],
    asks: someImp((imp) =>
      ['banner', 'video', 'audio', 'native'].some((kind) => imp.has(kind, 'battr') || imp.has(kind, 'btype')),
    ),
  },
  {
    name: 'API frameworks (api)',
    rules: ['api'],
    asks: someImp((imp) => ['banner', 'video', 'audio', 'native'].some((kind) => imp.has(kind, 'api'))),
  },
  { name: 'video', rules: ['video', 'vast'], asks: someImp((imp) => imp.has('video')) },
  { name: 'audio', rules: ['video', 'vast'], asks: someImp((imp) => imp.has('audio')) },
  {
    name: 'required durations (rqddurs)',
    rules: ['video.dur'],
    asks: someFilm((imp, kind) => imp.has(kind, 'rqddurs')),
  },
  {
    name: 'bitrates and delivery',
    rules: ['vast.bitrate', 'vast.delivery'],
    asks: someFilm((imp, kind) =>
      ['minbitrate', 'maxbitrate', 'delivery'].some((name) => imp.has(kind, name)),
    ),
  },
  {
    name: 'pods (podid, poddur)',
    rules: ['pod'],
    asks: someFilm((imp, kind) => imp.has(kind, 'podid') || imp.has(kind, 'poddur')),
  },
  { name: 'native', rules: ['native'], asks: someImp((imp) => imp.has('native')) },
  {
    name: 'several formats in an imp',
    rules: ['mtype'],
    asks: someImp((imp) => ['banner', 'video', 'audio', 'native'].filter((kind) => imp.has(kind)).length > 1),
  },
  { name: 'secure', rules: ['adm.secure', 'notice'], asks: someImp((imp) => isOn(imp.at('secure'))) },
  {
    name: 'deals (pmp.deals)',
    rules: ['deal', 'price.fixed'],
    asks: someImp((imp) => imp.has('pmp', 'deals')),
  },
  {
    name: 'private auctions',
    rules: ['deal.required'],
    asks: someImp((imp) => isOn(imp.at('pmp', 'private_auction'))),
  },
  {
    name: 'fixed prices (deal at 3)',
    rules: ['price.fixed'],
    asks: someImp((imp) => dealsOf(imp).some((deal) => Number(deal.at('at')) === 3)),
  },
  {
    name: 'guaranteed deals',
    rules: ['deal.guaranteed'],
    asks: someImp((imp) => dealsOf(imp).some((deal) => isOn(deal.at('guar')))),
  },
  {
    name: 'COPPA',
    rules: [],
    asks: (request) => [request.at('regs', 'coppa'), request.at('regs', 'ext', 'coppa')].some(isOn),
  },
  {
    name: 'GDPR',
    rules: [],
    asks: (request) => [request.at('regs', 'gdpr'), request.at('regs', 'ext', 'gdpr')].some(isOn),
  },
  {
    name: 'US privacy and GPP',
    rules: [],
    asks: (request) =>
      ['us_privacy', 'gpp'].some((name) => request.has('regs', name) || request.has('regs', 'ext', name)),
  },
  {
    name: 'Digital Services Act',
    rules: ['dsa'],
    asks: (request) => request.has('regs', 'dsa') || request.has('regs', 'ext', 'dsa'),
  },
  {
    name: 'supply chain',
    rules: [],
    asks: (request) =>
      request.has('source', 'schain') ||
      request.has('source', 'ext', 'schain') ||
      request.has('ext', 'schain'),
  },
  { name: 'test', rules: [], asks: (request) => isOn(request.at('test')) },
]

/** The topics that a rule speaks for; `house` rules belong to all requests of the exchange. */
export function isRuleOf(topic: Topic, rule: Rule): boolean {
  return topic.rules.some((start) => rule.startsWith(start))
}
