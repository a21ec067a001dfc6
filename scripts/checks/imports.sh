#!/usr/bin/env bash
# The order of imports, as README.md draws it: a line a module of Sources, which may import only modules of
# lines above it, and imports just those that stand in its line; Package.swift declares just what is
# imported; what reads data (Sources/ShardEM/Data) and walks over it (Walks) knows no models; and no module but that of the command
# speaks of its options.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
refuse_arguments "$@"
cd "$root"

# drawn: `module import import ...` a line, of the block of README.md whose lines hold an arrow.
drawn() {
  awk '/^```/ { code = !code } code && / <-/ { sub(/ <- */, " "); print }' README.md
}

# declared: the same of the targets of Package.swift, without what is not of this package.
declared() {
  awk '/^    \.[a-zA-Z]*[tT]arget\(/ { if (target) print target; target = "" ; inside = 1 }
    /^  \],/ { if (target) print target; target = ""; inside = 0 }
    inside { target = target " " $0 }' Package.swift |
    sed -e 's/\/\/.*//' -e 's/\.product([^)]*)//g' -e 's/traits: \[[^]]*\]//g' |
    sed -n -e 's/dependencies: \[\([^]]*\)\].*/\1/' -e '/systemLibrary/!p' |
    while IFS= read -r line; do grep -o '"[^"]*"' <<< "$line" | tr -d '"' | paste -s -d ' '; done
}

# imported FOLDER: the modules of this package that its files import.
imported() {
  { grep -rhoE '^ *((@_exported|private|internal|package|public) )?import [A-Za-z0-9_]+' \
    --include='*.swift' "$1" || true; } | sed 's/.*import //' | sort -u |
    while read -r module; do if [[ -d Sources/$module ]]; then echo "$module"; fi; done
}

# same NAME WANTED FOUND: whether two lists of words hold the same.
same() {
  local difference
  difference=$(diff <(tr ' ' '\n' <<< "$2" | grep . | sort -u) <(tr ' ' '\n' <<< "$3" | grep . | sort -u) |
    sed -n 's/^\([<>]\)/\1/p' | paste -s -d ' ') || true
  if [[ ! $difference ]]; then ok; else not_ok "$1: $difference"; fi
}

declare -A declarations
while read -r module imports; do declarations[$module]=$imports; done < <(declared)

above=" "
while read -r module imports; do
  found=$(imported "Sources/$module" | paste -s -d ' ')
  same "README.md (<) and imports (>) of $module" "$imports" "$found"
  same "Package.swift (<) and imports (>) of $module" "${declarations[$module]-none}" "$found"
  for import in $imports; do
    # Modules of C import nothing.
    if [[ $above == *" $import "* ]] || ! compgen -G "Sources/$import/*.swift" > /dev/null; then ok; else
      not_ok "README.md: $module uses $import, which stands below it"
    fi
  done
  above+="$module "
done < <(drawn)

for folder in Sources/*; do
  module=${folder#Sources/}
  compgen -G "$folder/*.swift" > /dev/null || continue
  if [[ $above == *" $module "* ]]; then ok; else not_ok "README.md does not draw $module"; fi
done
for folder in Tests/*Tests; do
  module=${folder#Tests/}
  # Tests of a command start the program.
  found=$(imported "$folder" | paste -s -d ' ')
  if [[ $module == *CommandTests ]]; then found+=" ${module%Tests}"; fi
  same "Package.swift (<) and imports (>) of $module" "${declarations[$module]-none}" "$found"
done
for folder in Data Walks; do
  for module in MixtureModels ModelFiles; do
    files=$(grep -rl "import $module\$" "Sources/ShardEM/$folder" | paste -s -d ' ') || true
    if [[ ! $files ]]; then ok; else not_ok "Sources/ShardEM/$folder imports $module: $files"; fi
  done
done
# Errors of modules below the command name a `Term`, which the command gives its own names. Options of other
# programs are theirs.
while read -r module _; do
  [[ $module != ShardEMCommand ]] || break
  flags=$(grep -rnE '(^|[^-[:alnum:]])--[a-z]' --include='*.swift' "Sources/$module" |
    grep -vE ':[0-9]+: *//|h5repack|srun' | cut -d : -f 1-2 | paste -s -d ' ') || true
  if [[ ! $flags ]]; then ok; else not_ok "sentences of $module name options: $flags"; fi
done < <(drawn)
finish
