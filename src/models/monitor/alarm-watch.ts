/**
 * Tells of each alarm once when it begins; it is told of again only when it has been away between.
 */
import type { Alarm } from './alarms.ts'
import type { ModelMonitors } from './model-monitors.ts'

export type ToldAlarm = { readonly model: string } & Alarm

export class AlarmWatch {
  readonly #monitors: Pick<ModelMonitors, 'all'>
  readonly #tell: (alarm: ToldAlarm) => void
  #standing = new Set<string>()

  constructor(monitors: Pick<ModelMonitors, 'all'>, tell: (alarm: ToldAlarm) => void) {
    this.#monitors = monitors
    this.#tell = tell
  }

  look(nowMs: number): void {
    const standing = new Set<string>()
    for (const { key, monitor } of this.#monitors.all()) {
      for (const alarm of monitor.report(nowMs).alarms) {
        const id = `${key} ${alarm.name} ${alarm.feature ?? ''}`
        standing.add(id)
        if (!this.#standing.has(id)) this.#tell({ model: key, ...alarm })
      }
    }
    this.#standing = standing
  }
}
