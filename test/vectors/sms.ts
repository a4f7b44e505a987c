/** Codes made of 32 equal bytes of entropy, and digests under a key of the bytes 0 to 31, checked with node:crypto. */

export const codes = [
  { seed: 0, digits: 6, code: '826516' },
  { seed: 1, digits: 6, code: '220350' },
  { seed: 2, digits: 7, code: '9409614' },
  { seed: 255, digits: 8, code: '82926580' },
] as const

export const key: Uint8Array = new Uint8Array(32).map((_, index) => index)

export const digests = [
  {
    purpose: 'login',
    challenge: 'challenge-1',
    phone: '+36301234567',
    code: '049173',
    framed:
      '000000166e696768746c617463682f736d732d636f64652f7631000000056c6f67696e0000000b6368616c6c656e6765' +
      '2d310000000c2b333633303132333435363700000006303439313733',
    digest: 'ac024cb5187f05b0ae519149f6dc945fb214205534cb2160dad72b2a92a38adf',
  },
  {
    purpose: 'step-up',
    challenge: 'Qk0',
    phone: '+491711234567',
    code: '123456',
    framed:
      '000000166e696768746c617463682f736d732d636f64652f763100000007737465702d757000000003516b300000000d' +
      '2b34393137313132333435363700000006313233343536',
    digest: '20a4fda578ae0f1769cf8bea30728470b2933c9413be72ac19040d16c0aa099f',
  },
] as const
