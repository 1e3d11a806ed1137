// SPDX-License-Identifier: MIT
// Fields of QuickFIX messages, read with the fault that a wrong one deserves, and written.
#pragma once
#include "decimal.hpp"
#include "encode.hpp"

#include <string>

#include <quickfix/Exceptions.h>
#include <quickfix/FieldMap.h>

namespace venue {

inline std::string optional(const FIX::FieldMap &m, int tag)
{
	return m.isSetField(tag) ? m.getField(tag) : std::string();
}

inline char one_of(const FIX::FieldMap &m, int tag, const char *allowed)
{
	const std::string &value = m.getField(tag);

	if (value.size() != 1 || std::string(allowed).find(value) == std::string::npos)
		throw FIX::IncorrectTagValue(tag);
	return value[0];
}

inline md_side side_of(const FIX::FieldMap &m)
{
	return one_of(m, 54, "12") == '1' ? MD_BID : MD_OFFER;
}

inline int64_t decimal_of(const FIX::FieldMap &m, int tag)
{
	const std::string &value = m.getField(tag);
	int64_t out;

	if (!parse_decimal(value, &out))
		throw FIX::IncorrectDataFormat(tag, value);
	return out;
}

inline void set(FIX::FieldMap &m, int tag, const std::string &value)
{
	m.setField(FIX::StringField(tag, value));
}

inline void set(FIX::FieldMap &m, int tag, char value)
{
	set(m, tag, std::string(1, value));
}

inline void set_decimal(FIX::FieldMap &m, int tag, int64_t value)
{
	set(m, tag, format_decimal(value, 0));
}

}
