/** What runs by itself over what was counted. */
export const ANALYSIS_NAMES = ['alerts', 'reports', 'sealing', 'rollup', 'comparison'] as const
export type AnalysisName = (typeof ANALYSIS_NAMES)[number]

export const ANALYSES: Record<AnalysisName, { title: string; everyMs: number }> = {
  alerts: { title: 'Looking at the rules of alerts', everyMs: 60_000 },
  reports: { title: 'Sending the reports that are due', everyMs: 60_000 },
  sealing: { title: 'Sealing hours of usage that nothing can change any more', everyMs: 60_000 },
  rollup: { title: 'Keeping the totals of the platform fresh', everyMs: 2_000 },
  comparison: { title: 'Counting a sealed day again and holding it against its events', everyMs: 3_600_000 },
}

/** The ones that everybody has of their own and may ask to run now. */
export const OWN_ANALYSES = ['alerts', 'reports'] as const satisfies readonly AnalysisName[]
export type OwnAnalysis = (typeof OWN_ANALYSES)[number]

/**
 * How one of them goes: to a super admin that of the whole platform, to everybody else that of their own rules or reports.
 * Times are exact to a minute, whichever process ran.
 */
export type Pipeline = {
  name: AnalysisName
  title: string
  everyMs: number
  /** When it ended last, or null; of reports of one's own when one was sent last. */
  lastRunAt: number | null
  /** How long that took; null for one's own, which are a part of a larger run. */
  lastRunMs: number | null
  /** What went wrong last, and when: of one's own what cannot be told now, and since when. */
  lastError: string | null
  lastErrorAt: number | null
  /** When it is due again; null when nothing of one's own is, and for what never rests. */
  nextRunAt: number | null
  /** Rules or reports of one's own that are looked at; null for the platform's. */
  subjects: number | null
}

/** What running one's own came to: how many were looked at, opened, resolved or sent, and cannot be told yet. */
export type PipelineRun = {
  name: OwnAnalysis
  subjects: number
  changes: number
  unknown: number
  ms: number
}
