// Ask the reference matcher, bloomrun 4.1.1 with `indexing: depth`, and freeze its answers in answers.json.
//
//   cd tests/reference && npm install --no-save bloomrun@4.1.1 && node make.mjs
//
// The strict rule is: of the patterns that match, the one with most keys, and of those the one added first.
// bloomrun keeps that rule but for two habits of its index, and a row where they show says which one it was:
//   tie           patterns of the same length: their order in a bucket is that of a binary search, not of adding
//   bucket order  buckets are asked by their longest pattern, so a short match in one may precede a longer elsewhere
import { writeFileSync } from 'node:fs'
import bloomrun from 'bloomrun'

const ROWS = 1500
const KEYS = ['role', 'cmd', 'type', 'zone']
const VALUES = ['add', 'list', '*', '', 0, 1, 1.5, -1, '0', '1', true, false, 'true', null, ['add'], { a: 1 }]

// mulberry32: the same numbers on every machine.
let state = 41
const random = () => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}
const below = (n) => Math.floor(random() * n)

// Few values, or hardly anything would ever match; sometimes all of them, or the odd ones would never be seen.
const object = (values, most) => {
  const keys = KEYS.filter(() => random() < most)
  return Object.fromEntries(keys.map((key) => [key, values[below(values.length)]]))
}

// A second opinion, with nothing of bloomrun's: what the strict rule says.
const isPlain = (value) => value === null ? false : typeof value !== 'object'
const fits = (pattern, message) =>
  Object.entries(pattern).every(([key, value]) => isPlain(value) && message[key] === value)
const strict = (patterns, message) => {
  const matching = patterns.map((pattern, i) => i).filter((i) => fits(patterns[i], message))
  const size = (i) => Object.keys(patterns[i]).length
  return matching.reduce((best, i) => (best === null || size(i) > size(best) ? i : best), null)
}

const row = () => {
  const values = random() < 0.6 ? VALUES.slice(0, 2 + below(3)) : VALUES
  const patterns = Array.from({ length: 1 + below(7) }, () => object(values, 0.5))
  const message = object(values, 0.9)
  const hasDefault = random() < 0.3
  // bloomrun answers with what is kept, and takes 0 for nothing: so numbers are kept as objects.
  const matcher = bloomrun({ indexing: 'depth' })
  patterns.forEach((pattern, number) => matcher.add(pattern, { number }))
  if (hasDefault) matcher.default({ number: '*' })
  const answer = matcher.lookup(message)?.number ?? null
  const rule = strict(patterns, message) ?? (hasDefault ? '*' : null)
  const sizes = [answer, rule].map((i) => Object.keys(patterns[i] ?? {}).length)
  const why = answer === rule ? null : sizes[0] === sizes[1] ? 'tie' : 'bucket order'
  return { patterns, default: hasDefault, message, bloomrun: answer, rule, why }
}

const rows = Array.from({ length: ROWS }, row)
writeFileSync('answers.json', `[\n${rows.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`)
console.log(rows.filter((each) => each.why).length, 'of', ROWS, 'differ')
