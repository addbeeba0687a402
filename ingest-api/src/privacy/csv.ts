/** A cell that begins so is a formula to a spreadsheet. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/

type Cell = string | number | boolean | null

/** A line of CSV as RFC 4180 writes it. What visitors typed is kept from becoming a formula by an apostrophe before it. */
export const toCsvLine = (cells: Cell[]): string => `${cells.map(toCell).join(',')}\r\n`

function toCell(cell: Cell): string {
  if (typeof cell !== 'string') return String(cell ?? '')
  const text = FORMULA.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
