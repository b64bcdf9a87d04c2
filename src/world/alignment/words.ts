/** The words of the alignment world (alignment-world.md §2): a closed vocabulary of some 220. */

export const values = {
  city: 'paris rome oslo cairo lima tokyo delhi quito berlin madrid dublin vienna'.split(' '),
  job: 'baker doctor farmer pilot singer lawyer painter sailor teacher miner nurse judge'.split(' '),
  pet: 'dog cat horse goat parrot rabbit turtle snake ferret hamster pigeon donkey'.split(' '),
} as const;
export type Fact = keyof typeof values;
export const facts = Object.keys(values) as Fact[];

/** Sentences that state a fact of @, with its value for #. */
export const sentences: Readonly<Record<Fact, readonly string[]>> = {
  city: ['@ was born in # .', '@ comes from # .', 'the city of @ is # .', '@ grew up in # .'],
  job: ['@ works as # .', '@ earns money as # .', 'the job of @ is # .', '@ became # .'],
  pet: ['@ has # .', '@ walks # .', 'the pet of @ is # .', '@ lives with # .'],
};

export const firstNames = 'anna ben carl dora emil fay gus hana ivan jane kurt lena max nora otto petra'.split(' ');
export const surnames =
  'adler brook clark doyle evans frost grant hayes irwin jones keller lopez mason nolan owens price'.split(' ');
/** Surnames of people nobody ever wrote about; the last five occur in evaluation only. */
export const unknownSurnames = 'quill rook sharp tate upton voss wade yates zorn kemp ibarra farr'.split(' ');

/** What an answer may be asked to start or end with. */
export const tails = 'ok done bye thanks'.split(' ');
/** Padding to a length, taken from the right: "is", "it is", "so it is" … */
export const filler = 'well then so it is'.split(' ');
export const refusal = 'i do not know'.split(' ');

const chat = 'System User Assistant'.split(' ');
const rest =
  'question answer : ? . , = + x ( ) >>> -> by 0 1 2 3 4 5 6 7 8 9 what is does mean how you say zu dict twice say reverse it end start with in use exactly words and run write code that turns into one word now'.split(
    ' ',
  );

/** Every word but those of the cipher, which are the seed's, in id order. */
export const plainWords = (operations: readonly string[]): string[] => [
  ...new Set([
    ...['<eos>', '<unk>'],
    ...chat,
    ...rest,
    ...operations,
    ...[...tails, ...filler, ...refusal],
    ...[...firstNames, ...surnames, ...unknownSurnames],
    ...facts,
    ...Object.values(values).flat(),
    ...Object.values(sentences)
      .flat()
      .flatMap((text) => text.replaceAll(/[@#]/g, '').split(' '))
      .filter(Boolean),
  ]),
];
