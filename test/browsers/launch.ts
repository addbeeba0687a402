import type { Browser, Engine } from './browser'
import { launchChromium } from './chromium'
import { launchFirefox } from './firefox'
import { launchWebKit } from './webkit'

const LAUNCH = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebKit }

/** Starts a browser, installing it first where there is none; that takes a minute. */
export const launch = (engine: Engine): Promise<Browser> => LAUNCH[engine]()
