export interface Fault {
  readonly message: string;
  /** Index and event id of the first wrong entry, if the fault is in one entry. */
  readonly index?: number;
  readonly event?: string;
}

/** Ends the verification (verify.ts). */
export class FaultFound extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.message);
    this.fault = fault;
  }
}

export const fail = (message: string, place: Omit<Fault, "message"> = {}): never => {
  throw new FaultFound({ message, ...place });
};
