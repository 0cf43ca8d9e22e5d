/**
 * One thing that is wrong with a catalog: where it stands and what to do about it. The loader collects all of them;
 * `check` prints them and a reload logs them, one line each.
 */
export type Fault = {
  /** Relative to the catalog's directory, with forward slashes; `.` is the directory itself. */
  readonly file: string
  /** A JSON pointer (RFC 6901) into the file; empty for the whole file. */
  readonly path: string
  /** Reads on from the place: "must be > 0". Holds the remedy where there is one. */
  readonly message: string
}

/** One thing that is wrong with one object by itself: `path` is a JSON pointer into the object. */
export type SchemaFault = Pick<Fault, 'path' | 'message'>

/** `campaigns/x.json /goal/value: must be > 0`, always one line: control characters of names and values are escaped. */
export function formatFault(fault: Fault): string {
  const place = fault.path === '' ? fault.file : `${fault.file} ${fault.path}`
  return `${place}: ${fault.message}`.replace(/[\p{Cc}\u2028\u2029]/gu, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
