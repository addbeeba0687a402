/** Money as the API shows it: integer minor units of a currency, a refund negative. */

export const REVENUE_TYPES = ['purchase', 'usage', 'subscription', 'refund'] as const
export type RevenueType = (typeof REVENUE_TYPES)[number]

/** Money that moved because of a builder's work on somebody's site. */
export type RevenueEvent = {
  id: string
  type: RevenueType
  amount: number
  currency: string
  description: string | null
  implementationId: string | null
  builderId: string
  endUserId: string
  createdAt: number
}

/** What a builder earned: ever, in the last 30 days, by day, and one page of what it is made of. */
export type Revenue = {
  currency: string
  total: number
  monthly: number
  series: { at: number; amount: number }[]
  events: RevenueEvent[]
}

/** What a site owner was charged: ever, in the last 30 days, and one page of what it is made of. */
export type Billing = Omit<Revenue, 'series'>
