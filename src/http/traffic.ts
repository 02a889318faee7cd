/** The requests that are being answered, for whatever in this process should step back for them. */
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
