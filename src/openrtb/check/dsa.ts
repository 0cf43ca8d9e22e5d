/**
 * The Digital Services Act: what a bid must tell of who pays for an ad, by the community extension `ext.dsa`.
 */
import type { BidCase } from './bid-case.ts'
import { isFilledText, isObject, type JsonObject, listOf, numberOf, objectOf, shown } from './loose-json.ts'
import type { Say } from './rules.ts'

const NAME_LENGTH_MAX = 100
/** `dsarequired`: bids without it are not taken, and the same from a very large platform. */
const REQUIRED: readonly (number | undefined)[] = [2, 3]
/** `pubrender`: the publisher cannot show the notice, or will. */
const CANNOT_RENDER = 0
const WILL_RENDER = 2

export function checkDsa({ request, bid, say }: BidCase): void {
  const regs = objectOf(request.regs)
  const asked = [objectOf(regs.ext).dsa, regs.dsa].find(isObject) ?? {}
  const { dsa } = objectOf(bid.ext)
  if (dsa === undefined) {
    // Until January 2024 the field was called `required`.
    const required = numberOf(asked.dsarequired) ?? numberOf(asked.required)
    if (REQUIRED.includes(required))
      say('dsa.present', '/ext/dsa', `is absent, and dsarequired is ${required}`)
    return
  }
  if (!isObject(dsa)) {
    say('dsa.form', '/ext/dsa', `is ${shown(dsa)}`)
    return
  }
  checkForm(dsa, say)
  const render = numberOf(asked.pubrender)
  if (render === CANNOT_RENDER && dsa.adrender !== 1) {
    say('dsa.render', '/ext/dsa/adrender', 'nobody shows the notice: the publisher cannot')
  }
  if (render === WILL_RENDER && dsa.adrender === 1) {
    say('dsa.render', '/ext/dsa/adrender', 'both show the notice: the publisher will')
  }
}

function checkForm(dsa: JsonObject, say: Say): void {
  for (const name of ['behalf', 'paid']) {
    const value = dsa[name]
    if (!isFilledText(value) || [...value].length > NAME_LENGTH_MAX) {
      say('dsa.form', `/ext/dsa/${name}`, `is ${shown(value)}`)
    }
  }
  if (![undefined, 0, 1].includes(dsa.adrender as number | undefined)) {
    say('dsa.form', '/ext/dsa/adrender', `is ${shown(dsa.adrender)}`)
  }
  if (dsa.transparency !== undefined && !Array.isArray(dsa.transparency)) {
    say('dsa.form', '/ext/dsa/transparency', `is ${shown(dsa.transparency)}`)
  }
  listOf(dsa.transparency).forEach((entry, index) => {
    const { domain, dsaparams } = objectOf(entry)
    const isGood = isFilledText(domain) && Array.isArray(dsaparams) && dsaparams.every(Number.isInteger)
    if (!isGood) say('dsa.form', `/ext/dsa/transparency/${index}`, 'is no domain with a list of parameters')
  })
}
