/**
 * A set of keys of 16 bits, which is emptied in no time. One for a process is enough, as keys of a person are
 * computed at one go.
 */
export interface KeySet {
  add(key: number): void;
}

/**
 * Many times as fast as a `Set` of its own for each person (docs/benchmarks.md): writers compute some forty
 * keys for each record.
 */
export function createKeyCollector(): (collect: (keys: KeySet) => void) => number[] {
  const turnOf = new Uint32Array(65_536);
  let turn = 0;
  let list: number[] = [];
  const keys: KeySet = {
    add(key) {
      const place = key + 32_768;
      if (turnOf[place] === turn) return;
      turnOf[place] = turn;
      list.push(key);
    },
  };
  return (collect) => {
    turn = (turn + 1) >>> 0;
    if (turn === 0) {
      turnOf.fill(0);
      turn = 1;
    }
    list = [];
    collect(keys);
    return list;
  };
}
