/**
 * Reads the query of a notice as it comes back from the wild: percent-encoded or not, with `&amp;` that nobody decoded,
 * with parameters that others have added. Never throws; of a name that stands twice the first counts.
 */
import { NOTICE_FIELD } from '../exchange/notice-urls.ts'

/** Ours have some 500 characters at most; macros and what others add get the rest. */
export const QUERY_CHARS_MAX = 4096

/** What stands behind each name, decoded; undefined where the name does not stand. */
export type NoticeQuery = { readonly [field in keyof typeof NOTICE_FIELD]: string | undefined }

/** @param query what stands behind the question mark; undefined is returned where it is too long. */
export function readQuery(query: string): NoticeQuery | undefined {
  if (query.length > QUERY_CHARS_MAX) return undefined
  const values = new Map<string, string>()
  for (const part of query.split('&')) {
    const equals = part.indexOf('=')
    if (equals < 0) continue
    const name = part.startsWith('amp;') ? part.slice(4, equals) : part.slice(0, equals)
    if (!values.has(name)) values.set(name, decoded(part.slice(equals + 1)))
  }
  return {
    token: values.get(NOTICE_FIELD.token),
    price: values.get(NOTICE_FIELD.price),
    minToWin: values.get(NOTICE_FIELD.minToWin),
    lossReason: values.get(NOTICE_FIELD.lossReason),
    errorCode: values.get(NOTICE_FIELD.errorCode),
    redirect: values.get(NOTICE_FIELD.redirect),
  }
}

/** Text with its percent-encoding undone, or as it is where that is broken. A `+` stays: base64 has it as a digit. */
function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
