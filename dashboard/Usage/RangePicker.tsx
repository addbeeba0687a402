import { RANGES, range, type RangeName } from '../data/range'
import './Usage.css'

const names = Object.keys(RANGES) as RangeName[]

/** Chooses the stretch of time that all charts show. */
export const RangePicker = () => (
  <select
    class="range"
    aria-label="Time shown"
    value={range.value}
    onChange={({ currentTarget }) => {
      range.value = names.find((name) => name === currentTarget.value) ?? 'day'
    }}
  >
    {names.map((name) => (
      <option key={name} value={name}>
        {RANGES[name].label}
      </option>
    ))}
  </select>
)
