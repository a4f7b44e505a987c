// Loaded before a program, so that a test can tell it by a signal that eleven minutes have passed.
const clock = Date.now
let ahead = 0
Date.now = () => clock() + ahead
process.on('SIGUSR2', () => {
  ahead += 11 * 60_000
  console.log('later')
})
