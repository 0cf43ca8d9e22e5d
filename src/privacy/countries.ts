/**
 * Where the GDPR, or the law of the same making, applies: the EEA with its territories of own code, the United Kingdom
 * and its dependencies, and Switzerland. Only asked when a request does not say whether it applies.
 *
 * OpenRTB has ISO 3166-1 alpha-3 (section 3.2.19); senders that write alpha-2 are understood as well.
 */

const ALPHA_3 =
  'ALA AUT BEL BGR BLM CHE CYP CZE DEU DNK ESP EST FIN FRA GBR GGY GIB GLP GRC GUF HRV HUN IMN IRL ISL ITA JEY LIE LTU ' +
  'LUX LVA MAF MLT MTQ MYT NLD NOR POL PRT REU ROU SJM SPM SVK SVN SWE'
const ALPHA_2 =
  'AX AT BE BG BL CH CY CZ DE DK ES EE FI FR GB GG GI GP GR GF HR HU IM IE IS IT JE LI LT LU LV MF MT MQ YT NL NO PL PT ' +
  'RE RO SJ PM SK SI SE UK EL'

/** Whether the country of this code, in letters of either case, is one of them. */
export function isGdprCountry(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start
  return (length === 2 || length === 3) && CODES.has(codeAt(bytes, start, end))
}

function codeAt(bytes: Uint8Array, start: number, end: number): number {
  let code = 0
  for (let at = start; at < end; at++) code = (code << 8) | (bytes[at] & ~LOWER_CASE)
  return code
}

const LOWER_CASE = 0x20

const CODES: ReadonlySet<number> = new Set(
  `${ALPHA_3} ${ALPHA_2}`.split(' ').map((code) => codeAt(Buffer.from(code), 0, code.length)),
)
