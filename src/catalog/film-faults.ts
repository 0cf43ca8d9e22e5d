/**
 * What a film's schema cannot say well: it has either files of its own or the tag of another server.
 */
import type { Creative } from './schema.ts'

export function filmFaults(creative: Creative): { path: string; message: string }[] {
  if (creative.format !== 'video' && creative.format !== 'audio') return []
  const { media, tag, mimes } = creative
  if (media === undefined && tag === undefined) {
    return [{ path: '', message: 'missing field "media", or "tag" for a film on another server' }]
  }
  if (media !== undefined && tag !== undefined) {
    return [{ path: '/tag', message: 'stands beside "media"; a film has one of them' }]
  }
  if (tag !== undefined && mimes === undefined) {
    return [{ path: '/mimes', message: 'missing: behind a tag nobody knows what is shown' }]
  }
  if (media !== undefined && mimes !== undefined) {
    return [{ path: '/mimes', message: 'stands beside "media", which have mimes of their own' }]
  }
  return []
}
