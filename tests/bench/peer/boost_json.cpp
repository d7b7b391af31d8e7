// Boost.JSON is in no library of Debian's: its definitions are compiled here.

#include <boost/json/src.hpp>
