/** What an operator has done at the admin port. */
export type AdminAction =
  | { readonly campaign: string; readonly isPaused: boolean }
  | { readonly model: string; readonly verb: 'promote' | 'rollback'; readonly version?: string }
