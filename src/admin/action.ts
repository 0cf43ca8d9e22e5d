/** What an operator has done at the admin port. */
export type AdminAction =
  | { readonly campaign: string; readonly isPaused: boolean }
  | {
      readonly model: string
      readonly verb: 'promote' | 'rollback' | 'rearm'
      readonly version?: string
      readonly stage?: string
      readonly share?: number
    }
