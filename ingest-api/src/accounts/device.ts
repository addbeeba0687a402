import bowser from 'bowser'

/** What a person calls the device behind a user agent: "Firefox on Linux". Programs are called by their own name. */
export function nameDevice(userAgent: string | null): string {
  if (!userAgent) return 'an unknown device'
  const { browser, os } = bowser.parse(userAgent)
  if (!browser.name) return userAgent.split(/[/ ]/)[0]!.slice(0, 40)
  return os.name ? `${browser.name} on ${os.name}` : browser.name
}
