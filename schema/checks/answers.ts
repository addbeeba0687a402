import { ACCOUNT_ANSWERS } from './account-answers'
import { ADMIN_ANSWERS } from './admin-answers'
import { ANALYTICS_ANSWERS } from './analytics-answers'
import { ALERT_ANSWERS } from './alert-answers'
import { DASHBOARD_ANSWERS } from './dashboard-answers'
import { PIPELINE_ANSWERS } from './pipeline-answers'
import { PROJECT_ANSWERS } from './project-answers'
import { REPORT_ANSWERS } from './report-answers'
import { USAGE_ANSWERS } from './usage-answers'

/** What the API answers, for its document and for tests that hold real answers against it, by the name it has there. */
export const ANSWERS = {
  ...ACCOUNT_ANSWERS,
  ...PROJECT_ANSWERS,
  ...USAGE_ANSWERS,
  ...ANALYTICS_ANSWERS,
  ...ADMIN_ANSWERS,
  ...ADMIN_ANSWERS,
  ...ALERT_ANSWERS,
  ...DASHBOARD_ANSWERS,
  ...REPORT_ANSWERS,
  ...PIPELINE_ANSWERS,
} as const

export type AnswerName = keyof typeof ANSWERS
