/**
 * What an exchange insists on, in the words of the response check.
 */
import type { HouseRules } from '../openrtb/response-check.ts'
import type { ExchangeProfile } from './profile.ts'

export function houseRulesOf(profile: ExchangeProfile): HouseRules {
  const { isSeatRequired, nativeWrapper, answerBytesMax, bidsPerImpMax, isMarkupSent } = profile
  const { priceMacro, minToWinMacro, clickMacro } = profile
  return {
    seatRequired: isSeatRequired,
    nativeWrapper,
    answerBytesMax,
    bidsPerImpMax,
    isMarkupSent,
    macros: [priceMacro.text, minToWinMacro.inNurl, minToWinMacro.inLurl, clickMacro].filter(
      (text) => text !== '',
    ),
  }
}
