/** What runs by itself. */
export const ANALYSIS_NAMES = ['alerts', 'reports', 'sealing', 'rollup', 'comparison'] as const
export type AnalysisName = (typeof ANALYSIS_NAMES)[number]
