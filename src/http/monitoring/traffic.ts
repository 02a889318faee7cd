/** Counts running requests, so that other work of this process can yield to them. */
export interface Traffic {
  arrived(): void;
  left(): void;
  readonly busy: boolean;
}

export function createTraffic(): Traffic {
  let requests = 0;
  return {
    arrived() {
      requests += 1;
    },
    left() {
      requests -= 1;
    },
    get busy() {
      return requests > 0;
    },
  };
}
