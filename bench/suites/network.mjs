import net from 'node:net'
import * as fastCidrTools from 'fast-cidr-tools'
import { ipRestriction } from 'hono/ip-restriction'
import { containsCidr, normalizeCidr } from 'cidr-tools'
import ipMatching from 'ip-matching'
import ipaddr from 'ipaddr.js'
import netmask from 'netmask'
import { library } from '../harness.mjs'
import { networkData, rightAnswers } from './network/data.mjs'

const isIpv6 = (text) => text.includes(':')
const familyOf = (text) => (isIpv6(text) ? 'ipv6' : 'ipv4')

/**
 * Every peer gets its rules read beforehand and its fastest public way to read one text and to find it among them; what
 * has no list of its own gets a plain loop. `most` is the longest list that a peer answers in reasonable time.
 */
const peers = [
  {
    name: 'ipaddr.js',
    most: 100_000,
    compile: (rules) => {
      const list = rules.map((rule) => ipaddr.parseCIDR(rule))
      return (text) => {
        const address = ipaddr.process(text)
        return list.some((rule) => rule[0].kind() === address.kind() && address.match(rule))
      }
    },
  },
  {
    name: 'netmask',
    most: 1000,
    compile: (rules) => {
      // A block that nothing is asked for in each family: without one, a text of the other family would go unread.
      const list = { ipv4: [new netmask.Netmask('0.0.0.0/32')], ipv6: [new netmask.Netmask('::/128')] }
      for (const rule of rules) list[familyOf(rule)].push(new netmask.Netmask(rule))
      return (text) => list[familyOf(text)].some((block) => block.contains(text))
    },
  },
  {
    name: 'ip-matching',
    most: 100_000,
    compile: (rules) => {
      const list = rules.map((rule) => ipMatching.getMatch(rule))
      return (text) => {
        const address = ipMatching.getIP(text)
        return list.some((rule) => rule.matches(address))
      }
    },
  },
  {
    name: 'fast-cidr-tools',
    most: 1_000_000,
    compile: (rules) => {
      const list = rules.map((rule) => fastCidrTools.parse(rule))
      return (text) => {
        const [address, , version] = fastCidrTools.parse(text)
        return list.some((rule) => rule[2] === version && rule[0] <= address && address <= rule[1])
      }
    },
  },
  {
    name: 'cidr-tools',
    most: 1000,
    compile: (rules) => {
      const list = normalizeCidr(rules)
      return (text) => containsCidr(list, text)
    },
  },
  {
    name: 'hono',
    most: 1000,
    compile: (rules) => {
      let admitted = false
      const restricted = ipRestriction(
        (text) => text,
        { allowList: rules },
        () => {
          admitted = false
        },
      )
      // The middleware decides before it first waits.
      return (text) => {
        void restricted(text, async () => {
          admitted = true
        })
        return admitted
      }
    },
  },
  {
    name: 'net.BlockList',
    most: 1_000_000,
    compile: (rules) => {
      const list = new net.BlockList()
      for (const rule of rules) {
        const [address, prefix] = rule.split('/')
        list.addSubnet(address, Number(prefix), familyOf(rule))
      }
      return (text) => list.check(text, familyOf(text))
    },
  },
]

/** Fewer questions are verified where the comparison of every rule with every question would take minutes. */
const verified = (count) => Math.max(40, Math.min(4096, Math.floor(4_000_000 / count)))

function contender(name, answer, questions, right) {
  let next = 0
  return {
    name,
    run: () => answer(questions[next++ & (questions.length - 1)]),
    check: () => {
      for (let i = 0; i < right.length; i++) {
        if (answer(questions[i]) !== right[i]) throw new Error(`${name} answers ${questions[i]} wrongly`)
      }
    },
  }
}

function group(count, compileRules) {
  const { rules, questions } = networkData(count)
  const right = rightAnswers(rules, questions.slice(0, verified(count)))
  const matcher = compileRules(rules)
  const contenders = [contender('nightlatch', (text) => matcher.check(text) === 'inside', questions, right)]
  for (const { name, most, compile } of peers) {
    if (count <= most) contenders.push(contender(name, compile(rules), questions, right))
    else console.log(`network.check.${count} without ${name}: it walks through the list, too long beyond ${most} rules`)
  }
  return { group: `network.check.${count}`, contenders }
}

/** One list after the other, so that those already measured need not stay in memory. */
function* groups(compileRules) {
  for (const count of [1, 10, 1000, 100_000, 1_000_000]) yield group(count, compileRules)
}

export default {
  name: 'network',
  groups: async () => groups((await library('network')).compileRules),
}
