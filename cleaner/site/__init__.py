"""Site memory: what one article cannot tell, a corpus can. Which lines a site prints in many articles, and its headlines.

keys    a line, a headline or an address as a number; the same wherever it is met
store   the file: hosts, counts, no text
count   from documents to counts: copies do not count
memory  what the memory says about the blocks of an article
learn   the command `cleaner learn`
"""
