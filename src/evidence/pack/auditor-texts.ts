/* Texts of a pack for the auditor. */

/** How the sample was drawn, and how to draw it again. */
export const methodText = (
  population: number,
  size: number,
  seed: number,
): string => `Population: the ${population} rows of population.csv.
Sample: the ${size} rows with the lowest ranks. The rank of a row is the SHA-256, in hexadecimal, of the text "${seed}:EVENT",
where EVENT is its column "event". The seed was ${seed}. If the seed is chosen after the period, nobody can choose the rows.

To draw it again, with the second column of population.csv:
  while read -r event; do printf '%s %s\\n' "$(printf '%s:%s' ${seed} "$event" | sha256sum | cut -d' ' -f1)" "$event"; done < events.txt | sort | head -n ${size}
`;

/** How to check the pack and the history. */
export const VERIFY = `1. Check that no file was changed (run in the folder of this pack; needs jq):
   jq -r '.files[] | .sha256 + "  " + .name' manifest.json | sha256sum --check

2. Check that the history names this manifest (needs a token with history:read):
   curl -sG https://SERVER/api/history --data-urlencode 'filter=code eq "evidence.made"' -H "Authorization: Bearer TOKEN" \\
     | jq -r '.events[].detail.manifest' | grep "$(sha256sum < manifest.json | cut -d' ' -f1)"

3. Check that the history was not altered since the checkpoint in this pack (npx downloads the package). Each file proofs-EVENT.tlog-proof proves one event of
   the sample. keys.txt has the verifier key: compare it with the key that you kept.
   npx dingtalk-scim history verify --from https://SERVER --token TOKEN --key "$(head -n 1 keys.txt)" --anchors checkpoint.txt
`;
