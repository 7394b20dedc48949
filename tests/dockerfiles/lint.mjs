// Prints what is wrong with the Dockerfiles it is given, a line each; nothing where nothing is.
import { readFileSync } from 'node:fs'
import { validate, ValidationSeverity } from 'dockerfile-utils'

const rules = ['deprecatedMaintainer', 'directiveCasing', 'emptyContinuationLine', 'instructionCasing', 'instructionCmdMultiple',
  'instructionEntrypointMultiple', 'instructionHealthcheckMultiple', 'instructionJSONInSingleQuotes', 'instructionWorkdirRelative']
const settings = Object.fromEntries(rules.map(rule => [rule, ValidationSeverity.ERROR]))

for (const file of process.argv.slice(2)) {
  for (const problem of validate(readFileSync(file, 'utf8'), settings)) {
    console.log(`${file}:${problem.range.start.line + 1}: ${problem.message}`)
  }
}
