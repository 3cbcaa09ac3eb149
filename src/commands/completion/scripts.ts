/**
What both scripts do: hand the words up to the cursor to `zeroize complete`, and its answer to the shell. One candidate a line, a tab, a description; `:files` where the shell may complete file names. Nothing that was typed is ever evaluated: pressing a key must not run it.
*/

/** Needs bash 4 or newer, and no package. bash splits words at `:` and `=` too: they are joined to go out and cut to come back. */
export const bashScript = `# Completion of zeroize for bash:  source <(zeroize completion bash)

_zeroize() {
	local rest=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} words=() word trimmed joined line
	for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
		trimmed=\${rest#"\${rest%%[![:space:]]*}"}
		[[ \${#words[@]} -gt 0 && $trimmed == "$rest" ]] || words+=('')
		[[ $trimmed == "$word"* ]] || word=$trimmed
		words[-1]+=$word
		rest=\${trimmed#"$word"}
	done

	joined=\${words[-1]}
	[[ $current != [:=] ]] || current=
	COMPREPLY=()
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			compopt -o default
		else
			line=\${line%%$'\\t'*}
			[[ $line != *: ]] || compopt -o nospace
			COMPREPLY+=("\${line#"\${joined%"$current"}"}")
		fi
	done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null </dev/null)
}

complete -F _zeroize zeroize
`;

export const zshScript = `#compdef zeroize
# Completion of zeroize for zsh:  source <(zeroize completion zsh), after compinit

_zeroize() {
	local -a closed=() open=()
	local line item files=no
	while IFS= read -r line; do
		if [[ $line == :files ]]; then
			files=yes
			continue
		fi

		item=\${\${line%%$'\\t'*}//:/\\\\:}
		[[ $line == *$'\\t' ]] || item+=:\${line#*$'\\t'}
		if [[ $line == *:$'\\t'* ]]; then
			open+=("$item")
		else
			closed+=("$item")
		fi
	done < <("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)

	if [[ $files == yes ]]; then
		compset -P '(--[^=]#=|)(loop:|file:|)'
		_files
		return
	fi

	local found=1
	(( \${#closed} == 0 )) || _describe -t values value closed && found=0
	(( \${#open} == 0 )) || _describe -t schemes scheme open -S '' && found=0
	return found
}

if [[ $funcstack[1] == _zeroize ]]; then
	_zeroize "$@"
else
	compdef _zeroize zeroize
fi
`;
